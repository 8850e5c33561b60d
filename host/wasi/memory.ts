// SPDX-License-Identifier: MIT
// Bounds-checked access to a guest's memory for the calls that TypeScript answers. The hot calls
// are native and check in C (host/native/guest_abi.h).

/** A guest's memory. It looks the buffer up at each call: memory.grow replaces it. */
export class GuestMemory {
  #memory: WebAssembly.Memory | undefined;

  attach(memory: WebAssembly.Memory): void {
    this.#memory = memory;
  }

  get isAttached(): boolean {
    return this.#memory !== undefined;
  }

  /** Whether `length` bytes at `pointer` are all inside; a length beyond 32 bits is fine. */
  contains(pointer: number, length: number): boolean {
    return this.#memory !== undefined && (pointer >>> 0) + length <= this.#memory.buffer.byteLength;
  }

  /** `length` bytes at `pointer` (unsigned), or undefined where they are not all inside. Do not keep it. */
  bytes(pointer: number, length: number): Uint8Array | undefined {
    const start = pointer >>> 0;
    const size = length >>> 0;
    if (this.#memory === undefined) return undefined;
    const buffer = this.#memory.buffer;
    // Two unsigned 32-bit numbers add up exactly in a double.
    return start + size <= buffer.byteLength ? new Uint8Array(buffer, start, size) : undefined;
  }

  /** As {@link bytes}, as a DataView. */
  view(pointer: number, length: number): DataView | undefined {
    const bytes = this.bytes(pointer, length);
    return bytes && new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The UTF-8 text at `pointer`, or undefined where it is out of bounds. */
  text(pointer: number, length: number): string | undefined {
    const bytes = this.bytes(pointer, length);
    return bytes && new TextDecoder().decode(bytes);
  }
}
