// SPDX-License-Identifier: MIT
// Takes the names out of a component, at every depth: they are for people who read the text, which is in build/component.

const CUSTOM = 0;
const MODULE = 1;
const COMPONENT = 4;
const HEADER = 8;

/** @param {number} value as LEB128 */
function leb(value) {
  const bytes = [];
  for (; value > 0x7f; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return Uint8Array.of(...bytes, value);
}

/** @param {Uint8Array} bytes a module or a component @returns {Uint8Array} the same without custom sections */
export function strip(bytes) {
  const parts = [bytes.subarray(0, HEADER)];
  const isComponent = bytes[6] === 1;
  let at = HEADER;
  while (at < bytes.length) {
    const id = bytes[at++];
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      size |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    const nested = isComponent && (id === MODULE || id === COMPONENT);
    const body = bytes.subarray(at, at + size);
    const kept = nested ? strip(body) : body;
    if (id !== CUSTOM) parts.push(Uint8Array.of(id), leb(kept.length), kept);
    at += size;
  }
  return Buffer.concat(parts);
}
