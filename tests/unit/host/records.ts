// SPDX-License-Identifier: MIT
// Writes preview 1 records into a memory, field by field, for tests that read them back. Layouts: the
// record definitions of wasi_snapshot_preview1 (typenames.witx).

/** An encoder on a memory; each method answers the pointer it wrote to. */
export class Records {
  readonly memory: WebAssembly.Memory;

  constructor(pages = 1) {
    this.memory = new WebAssembly.Memory({ initial: pages });
  }

  get #view(): DataView {
    return new DataView(this.memory.buffer);
  }

  u32(pointer: number, value: number): number {
    this.#view.setUint32(pointer, value, true);
    return pointer;
  }

  u64(pointer: number, value: bigint): number {
    this.#view.setBigUint64(pointer, value, true);
    return pointer;
  }

  text(pointer: number, text: string): number {
    new Uint8Array(this.memory.buffer).set(Buffer.from(text), pointer);
    return pointer;
  }

  iovecs(pointer: number, ...buffers: readonly (readonly [pointer: number, length: number])[]) {
    buffers.forEach(([buffer, length], i) => {
      this.u32(pointer + i * 8, buffer);
      this.u32(pointer + i * 8 + 4, length);
    });
    return pointer;
  }

  /** fd_read is tag 1, fd_write tag 2. */
  fdSubscription(pointer: number, userdata: bigint, tag: 1 | 2, fd: number): number {
    this.u64(pointer, userdata);
    this.#view.setUint8(pointer + 8, tag);
    return this.u32(pointer + 16, fd) - 16;
  }

  clockSubscription(
    pointer: number,
    { userdata = 0n, clock = 1, timeout = 0n, absolute = false },
  ): number {
    this.u64(pointer, userdata);
    this.#view.setUint8(pointer + 8, 0);
    this.u32(pointer + 16, clock);
    this.u64(pointer + 24, timeout);
    this.#view.setUint16(pointer + 40, absolute ? 1 : 0, true);
    return pointer;
  }

  event(
    pointer: number,
    { userdata = 0n, error = 0, type = 1, bytes = 0n, hangup = false },
  ): number {
    this.u64(pointer, userdata);
    this.#view.setUint16(pointer + 8, error, true);
    this.#view.setUint8(pointer + 10, type);
    this.u64(pointer + 16, bytes);
    this.#view.setUint16(pointer + 24, hangup ? 1 : 0, true);
    return pointer;
  }

  fdstat(pointer: number, filetype: number, flags: number): number {
    this.#view.setUint8(pointer, filetype);
    this.#view.setUint16(pointer + 2, flags, true);
    return pointer;
  }

  filestat(pointer: number, filetype: number, size: bigint): number {
    this.#view.setUint8(pointer + 16, filetype);
    return this.u64(pointer + 32, size) - 32;
  }

  prestat(pointer: number, tag: number, nameLength: number): number {
    this.#view.setUint8(pointer, tag);
    return this.u32(pointer + 4, nameLength) - 4;
  }
}
