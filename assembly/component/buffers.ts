// SPDX-License-Identifier: MIT
// The guest's buffers of a read or write: a list of addresses and lengths, u32 each.

import * as guest from './guest';
import { isInGuest } from './memory';

/** Bytes that they have room for; -1 where one is not in the guest's memory. */
export function roomOf(iovs: usize, count: i32): i64 {
  let room: i64 = 0;
  for (let i = 0; i < count; i++) {
    const length = guest.load32(iovs + ((<usize>i) << 3) + 4);
    if (!isInGuest(guest.load32(iovs + ((<usize>i) << 3)), length)) return -1;
    room += length;
  }
  return room;
}
