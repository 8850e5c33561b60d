// SPDX-License-Identifier: MIT
// Reads the encodings of a WebAssembly file in order. Encodings: WebAssembly core specification, "Values".

/** The bytes end within a value, or hold something that is not known. */
export class Malformed extends Error {}

/** LEB128 of 64 bits takes ten bytes at most. */
const LONGEST_NUMBER = 10;

/** A byte order mark is part of a name like any other character. */
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads bytes of a range in order. Every method throws {@link Malformed} where the range ends too early. */
export class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** How many bytes were read. */
  get at(): number {
    return this.#at;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new Malformed('the bytes end too early');
    return byte;
  }

  /** The next byte, which stays; undefined at the end. */
  peek(): number | undefined {
    return this.#bytes[this.#at];
  }

  /** Unsigned LEB128, beyond 2^53 not exact; a signed one takes as many bytes, so this passes over it. */
  number(): number {
    let value = 0;
    for (let i = 0; i < LONGEST_NUMBER; i++) {
      const byte = this.byte();
      value += (byte & 127) * 128 ** i;
      if (byte < 128) return value;
    }
    throw new Malformed('a number does not end');
  }

  bytes(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new Malformed('the bytes end too early');
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  text(): string {
    return UTF8.decode(this.bytes(this.number()));
  }

  /** What `read` makes of each of a counted sequence. */
  vector<T>(read: (reader: Reader) => T): T[] {
    const items: T[] = [];
    for (let count = this.number(); count > 0; count--) items.push(read(this));
    return items;
  }

  /** All that is left. */
  rest(): Uint8Array {
    return this.bytes(this.#bytes.length - this.#at);
  }
}
