// SPDX-License-Identifier: MIT
// The adapter's own memory: blocks that are given back, a place for what the host answers, and copies between it
// and the guest's. Nothing of the adapter stands in the guest's memory, as its allocator may take all of that.

import * as guest from './guest';
import * as heap from './heap';

export { give, take } from './heap';

const TARGET: usize = 0;
const ROOM: usize = 4;

/** Where results of host functions go: read before the next call. */
export const ANSWER: usize = heap.allocate(16, 192);

/** Strings that a host function gives, until the next one that does. */
const SCRATCH_SIZE: usize = 8192;
export const SCRATCH: usize = heap.allocate(16, SCRATCH_SIZE);

/** The host's next list goes there, if it fits. */
export function into(target: usize, room: usize): void {
  store<usize>(TARGET, target);
  store<usize>(ROOM, room);
}

/** Lists of the host go into the scratch place again. For those that do not fit there a block is taken. */
export function intoScratch(): void {
  into(SCRATCH, SCRATCH_SIZE);
}

/** Lists of the host go where they do while nobody has asked for another place: in 0.3 that may be at any time. */
export function intoUsual(): void {
  if (WASI == 3) intoHeap();
  else intoScratch();
}

/** For the host's next lists blocks are taken, which `give` gives back. */
export function intoHeap(): void {
  into(0, 0);
}

/** True where the guest's memory has all these bytes. */
export function isInGuest(address: usize, length: u64): bool {
  return <u64>address + length <= guest.size();
}

/** Copies to the guest's memory. */
export function toGuest(address: usize, from: usize, length: usize): void {
  const end = from + length;
  for (; from + 8 <= end; from += 8, address += 8) guest.store64(address, load<u64>(from));
  for (; from < end; from++, address++) guest.store8(address, load<u8>(from));
}

/** Copies from the guest's memory. */
export function fromGuest(to: usize, address: usize, length: usize): void {
  const end = to + length;
  for (; to + 8 <= end; to += 8, address += 8) store<u64>(to, guest.load64(address));
  for (; to < end; to++, address++) store<u8>(to, guest.load8(address));
}
