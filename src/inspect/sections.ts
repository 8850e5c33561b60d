// SPDX-License-Identifier: MIT
// What of a module WebAssembly.Module does not tell: the limits of its memory, and who made it. Sections and
// encodings: WebAssembly core specification, "Binary Format"; producers section of the tool conventions.

const MEMORY_SECTION = 5;
const IMPORT_SECTION = 2;
const CUSTOM_SECTION = 0;
const MEMORY_KIND = 2;
const HEADER = 8;

/** Limits of a memory, in pages of 64 KiB. */
export interface MemoryLimits {
  readonly least: number;
  /** undefined: none but that of 32-bit addresses. */
  readonly most: number | undefined;
  readonly shared: boolean;
  readonly imported: boolean;
}

/** Reads bytes in order. What lies behind the end reads as 0, as the engine has validated the module. */
class Reader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  get ended(): boolean {
    return this.at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.at++] ?? 0;
  }

  /** Unsigned LEB128. */
  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  text(): string {
    const length = this.number();
    const bytes = this.#bytes.subarray(this.at, this.at + length);
    this.at += length;
    return new TextDecoder().decode(bytes);
  }
}

/** Each section as its number and a reader at its content. */
function* sections(bytes: Uint8Array): Generator<[id: number, content: Reader, end: number]> {
  const reader = new Reader(bytes, HEADER);
  while (!reader.ended) {
    const id = reader.byte();
    const size = reader.number();
    const start = reader.at;
    yield [id, new Reader(bytes.subarray(0, start + size), start), start + size];
    reader.at = start + size;
  }
}

function limits(reader: Reader, imported: boolean): MemoryLimits {
  const flags = reader.number();
  const least = reader.number();
  const most = flags & 1 ? reader.number() : undefined;
  return { least, most, shared: (flags & 2) !== 0, imported };
}

/** Passes over the type of an import of another kind than a memory. */
function skipImport(reader: Reader, kind: number): void {
  if (kind === 0) {
    reader.number();
  } else if (kind === 1) {
    reader.byte();
    limits(reader, true);
  } else {
    reader.byte();
    reader.byte();
  }
}

function importedMemory(reader: Reader): MemoryLimits | undefined {
  for (let count = reader.number(); count > 0; count--) {
    reader.text();
    reader.text();
    const kind = reader.byte();
    if (kind === MEMORY_KIND) return limits(reader, true);
    skipImport(reader, kind);
  }
  return undefined;
}

/** The module's first memory, imported or its own; undefined where it has none. */
export function memoryOf(bytes: Uint8Array): MemoryLimits | undefined {
  for (const [id, content] of sections(bytes)) {
    if (id === IMPORT_SECTION) {
      const memory = importedMemory(content);
      if (memory !== undefined) return memory;
    }
    if (id === MEMORY_SECTION && content.number() > 0) return limits(content, false);
  }
  return undefined;
}

/** Languages and tools of the producers section, as `Rust 1.85.0`, in its order. */
export function producersOf(bytes: Uint8Array): string[] {
  for (const [id, content] of sections(bytes)) {
    if (id !== CUSTOM_SECTION || content.text() !== 'producers') continue;
    const all: string[] = [];
    for (let fields = content.number(); fields > 0; fields--) {
      content.text();
      for (let values = content.number(); values > 0; values--) {
        const name = content.text();
        all.push(`${name} ${content.text()}`.trim());
      }
    }
    return all;
  }
  return [];
}
