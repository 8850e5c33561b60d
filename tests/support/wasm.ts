// SPDX-License-Identifier: MIT
// Writes WebAssembly modules byte by byte, for those that no compiler would make. Section numbers and encodings:
// WebAssembly core specification, "Binary Format".

export type Bytes = readonly number[];

export const MODULE: Bytes = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
export const [FUNC, TABLE, MEMORY, GLOBAL] = [0, 1, 2, 3] as const;

/** Unsigned LEB128. */
export function leb(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value % 128;
    value = Math.floor(value / 128);
    bytes.push(value > 0 ? low | 128 : low);
  } while (value > 0);
  return bytes;
}

/** Signed LEB128 of an i32. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const byte = value & 127;
    value >>= 7;
    if ((value === 0 && (byte & 64) === 0) || (value === -1 && (byte & 64) !== 0)) {
      return [...bytes, byte];
    }
    bytes.push(byte | 128);
  }
}

export const text = (value: string) => [...leb(Buffer.byteLength(value)), ...Buffer.from(value)];
export const vector = (items: readonly Bytes[]) => [...leb(items.length), ...items.flat()];
export const sized = (content: Bytes) => [...leb(content.length), ...content];
export const section = (id: number, content: Bytes) => [id, ...sized(content)];
export const custom = (name: string, content: Bytes) => section(0, [...text(name), ...content]);

/** An import; `type` is what stands behind its kind. */
export const imported = (from: string, name: string, kind: number, type: Bytes) => [
  ...text(from),
  ...text(name),
  ...[kind, ...type],
];

export const exported = (name: string, kind: number, index: number) => [
  ...text(name),
  ...[kind, ...leb(index)],
];
