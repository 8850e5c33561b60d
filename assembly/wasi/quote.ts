// SPDX-License-Identifier: MIT
// Bytes from the network as text for a log: on one line, and harmless to a terminal.

const HEX = '0123456789abcdef';

/**
 * `data` in double quotes, with `\n`, `\r`, `\t`, `\"`, `\\` and `\x1f` for what is no printable ASCII.
 * Bytes from `limit` on are left out, and `…` says so.
 */
export function quote(data: Uint8Array, limit: i32 = 64): string {
  let text = '"';
  const length = min(data.length, limit);
  for (let i = 0; i < length; i++) text += escaped(data[i]);
  return data.length > limit ? `${text}…"` : `${text}"`;
}

function escaped(byte: u8): string {
  switch (byte) {
    case 0x09:
      return '\\t';
    case 0x0a:
      return '\\n';
    case 0x0d:
      return '\\r';
    case 0x22:
      return '\\"';
    case 0x5c:
      return '\\\\';
  }
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return `\\x${HEX.charAt(byte >> 4)}${HEX.charAt(byte & 15)}`;
}
