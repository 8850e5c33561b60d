// SPDX-License-Identifier: MIT
// Bytes of ASCII in the adapter's memory, compared with and made from literals.

/** True where these bytes are the literal. */
export function isText(at: usize, length: i32, text: string): bool {
  return length == text.length && startsWith(at, length, text);
}

/** True where these bytes begin with the literal. */
export function startsWith(at: usize, length: i32, text: string): bool {
  if (length < text.length) return false;
  for (let i = 0; i < text.length; i++) {
    if (<i32>load<u8>(at + i) != text.charCodeAt(i)) return false;
  }
  return true;
}

/** Writes the literal; answers the place behind it. */
export function put(to: usize, text: string): usize {
  for (let i = 0; i < text.length; i++) store<u8>(to + i, text.charCodeAt(i));
  return to + text.length;
}

/** Writes bytes; answers the place behind them. */
export function putBytes(to: usize, from: usize, length: i32): usize {
  memory.copy(to, from, length);
  return to + length;
}

/** Writes a number in decimal digits; answers the place behind it. */
export function putNumber(to: usize, value: u32): usize {
  let digits = 1;
  for (let rest = value / 10; rest > 0; rest /= 10) digits++;
  for (let i = digits - 1; i >= 0; i--, value /= 10) store<u8>(to + i, 48 + (value % 10));
  return to + digits;
}

/** Where a byte stands in [at, at + length), or -1. */
export function indexOf(at: usize, length: i32, byte: i32): i32 {
  for (let i = 0; i < length; i++) if (<i32>load<u8>(at + i) == byte) return i;
  return -1;
}
