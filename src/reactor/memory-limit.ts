// SPDX-License-Identifier: MIT
// A limit of memory written into a module's bytes, so that memory.grow fails beyond it. Section and
// encoding: WebAssembly core specification, "Binary Format", memory section.

const PAGE = 65_536;
const MEMORY_SECTION = 5;
const HEADER = 8;

/** Reads an unsigned LEB128 number; answers it and the place behind it. */
function readNumber(bytes: Uint8Array, start: number): [value: number, end: number] {
  let value = 0;
  let scale = 1;
  let at = start;
  for (;;) {
    const byte = bytes[at++] ?? 0;
    value += (byte & 127) * scale;
    scale *= 128;
    if ((byte & 128) === 0) return [value, at];
  }
}

function number(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 127) | (rest > 127 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return bytes;
}

/**
 * The module with a maximum of `limit` bytes for its memory, or as it is where that has a lower one, or there
 * is none. A memory that starts out larger stays: the host ends that guest at its first call. `bytes` must
 * be a valid module.
 */
export function limitMemory(bytes: Uint8Array, limit: number): Uint8Array {
  const pages = Math.floor(limit / PAGE);
  for (let at = HEADER; at < bytes.length; ) {
    const id = bytes[at];
    const [size, content] = readNumber(bytes, at + 1);
    const end = content + size;
    if (id !== MEMORY_SECTION) {
      at = end;
      continue;
    }
    const [count, first] = readNumber(bytes, content);
    const flags = bytes[first] ?? 0;
    const [least, behindLeast] = readNumber(bytes, first + 1);
    const hasMost = (flags & 1) !== 0;
    const [most, behindMost] = hasMost ? readNumber(bytes, behindLeast) : [2 ** 32, behindLeast];
    if (count === 0 || most <= pages || least > pages) return bytes;
    const limits = [flags | 1, ...number(least), ...number(pages)];
    const rest = bytes.subarray(behindMost, end);
    const section = [...number(count), ...limits, ...rest];
    return Buffer.concat([
      bytes.subarray(0, at),
      Uint8Array.from([MEMORY_SECTION, ...number(section.length), ...section]),
      bytes.subarray(end),
    ]);
  }
  return bytes;
}
