// SPDX-License-Identifier: MIT
// What a host function answers has to be in the memory that its lists are in. Where that is the guest's, 16 bytes of it are
// borrowed for the answer, and get back what they were.

import * as guest from './guest';

let place: usize = 0;
let first: u64 = 0;
let second: u64 = 0;

/** What of a buffer may be filled in one go: a memory has 64 KiB, and the buffer may be all of it. */
export function fillable(address: usize, length: u32): u32 {
  return address >= 16 ? length : min<u32>(length, 32768);
}

/**
 * A place for 16 bytes that are none of [address, address + length), a buffer that is fillable. Until `giveBack` nothing
 * else of the guest's memory may be touched.
 */
export function borrow(address: usize, length: u32): usize {
  place = address >= 16 || length == 0 ? 0 : (address + length + 7) & ~7;
  first = guest.load64(place);
  second = guest.load64(place + 8);
  return place;
}

export function giveBack(): void {
  guest.store64(place, first);
  guest.store64(place + 8, second);
}
