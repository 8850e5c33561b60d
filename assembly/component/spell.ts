// SPDX-License-Identifier: MIT
// Addresses as text: 127.0.0.1:80, [2001:db8::1]:80 (RFC 5952).

import { put, putNumber } from './text';

function putV4(to: usize, bytes: usize): usize {
  for (let i: usize = 0; i < 4; i++) {
    if (i > 0) to = put(to, '.');
    to = putNumber(to, load<u8>(bytes + i));
  }
  return to;
}

function putHex(to: usize, value: u32): usize {
  let shift = value > 0xfff ? 12 : value > 0xff ? 8 : value > 0xf ? 4 : 0;
  for (; shift >= 0; shift -= 4) {
    const digit = (value >> shift) & 15;
    store<u8>(to++, digit < 10 ? 48 + digit : 87 + digit);
  }
  return to;
}

function group(words: usize, index: i32): u32 {
  return load<u16>(words + ((<usize>index) << 1));
}

/** The longest run of zeros becomes `::`, the first one of several. */
function putV6(to: usize, words: usize): usize {
  let gap = -1;
  let gapLength = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && group(words, end) == 0) end++;
    if (end - i > gapLength) {
      gap = i;
      gapLength = end - i;
    }
  }
  for (let i = 0; i < 8; i++) {
    if (i == gap) {
      to = put(to, '::');
      i += gapLength - 1;
      continue;
    }
    if (i > 0 && i != gap + gapLength) to = put(to, ':');
    to = putHex(to, group(words, i));
  }
  return to;
}

/**
 * Writes an ip-socket-address, as a host function answers it at `at`: family u8, at 4 the port u16; behind it four bytes at
 * 6, or at 12 eight u16. Answers the place behind it, which is 48 bytes on at most.
 */
export function putAddress(to: usize, at: usize): usize {
  if (load<u8>(at) == 0) {
    to = putV4(to, at + 6);
  } else {
    to = put(putV6(put(to, '['), at + 12), ']');
  }
  return putNumber(put(to, ':'), load<u16>(at, 4));
}
