// SPDX-License-Identifier: MIT
// Writes the encodings of a WebAssembly file. Encodings: WebAssembly core specification, "Values".

// Marked, so that the bundle of a run, which writes no module, leaves this file out.
const UTF8 = /* @__PURE__ */ new TextEncoder();

/** Unsigned LEB128 of a number below 2^53. */
export function number(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 128 : low);
  } while (rest > 0);
  return Uint8Array.from(bytes);
}

/** Its length in bytes, then the bytes. */
export function sized(...pieces: readonly Uint8Array[]): Uint8Array[] {
  return [number(pieces.reduce((sum, { length }) => sum + length, 0)), ...pieces];
}

export function text(value: string): Uint8Array {
  return concat(sized(UTF8.encode(value)));
}

/** A section, in pieces, so that a large content need not be copied for it. */
export function section(id: number, ...content: readonly Uint8Array[]): Uint8Array[] {
  return [Uint8Array.of(id), ...sized(...content)];
}

/** All pieces, copied once. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
