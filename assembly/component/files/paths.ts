// SPDX-License-Identifier: MIT
// Paths of the guest, copied into the adapter's memory, from which they go to the host. A component's string is UTF-8: the
// host would end the program on any other bytes.

import { fromGuest, isInGuest, take } from '../memory';
import { Errno } from '../preview1';

/** As long as Linux takes them, with the NUL that no path here has. */
const LONGEST: u32 = 4096;

/** The path that was taken last, and its length; a second one beside it, of calls that have two. */
export const PATH: usize = take(LONGEST);
export const SECOND: usize = take(LONGEST);
export let pathLength: i32 = 0;
export let secondLength: i32 = 0;

/** True where bytes are UTF-8 (RFC 3629). */
function isUtf8(at: usize, end: usize): bool {
  while (at < end) {
    const first = load<u8>(at++);
    if (first < 0x80) continue;
    let more = 1;
    let least: u8 = 0x80;
    let most: u8 = 0xbf;
    if (first >= 0xe0) {
      more = first < 0xf0 ? 2 : 3;
      if (first == 0xe0) least = 0xa0;
      else if (first == 0xed) most = 0x9f;
      else if (first == 0xf0) least = 0x90;
      else if (first == 0xf4) most = 0x8f;
      else if (first > 0xf4) return false;
    } else if (first < 0xc2) {
      return false;
    }
    for (; more > 0; more--) {
      if (at == end) return false;
      const next = load<u8>(at++);
      if (next < least || next > most) return false;
      least = 0x80;
      most = 0xbf;
    }
  }
  return true;
}

function copyPath(to: usize, address: usize, length: u32): i32 {
  if (!isInGuest(address, length)) return Errno.FAULT;
  if (length >= LONGEST) return Errno.NAMETOOLONG;
  fromGuest(to, address, length);
  for (let i: usize = 0; i < length; i++) if (load<u8>(to + i) == 0) return Errno.INVAL;
  return isUtf8(to, to + length) ? Errno.SUCCESS : Errno.ILSEQ;
}

/** Takes a path into PATH. FAULT, NAMETOOLONG, INVAL for a NUL inside, ILSEQ for what is not UTF-8. */
export function takePath(address: usize, length: u32): i32 {
  pathLength = <i32>length;
  return copyPath(PATH, address, length);
}

/** The same into SECOND. */
export function takeSecond(address: usize, length: u32): i32 {
  secondLength = <i32>length;
  return copyPath(SECOND, address, length);
}
