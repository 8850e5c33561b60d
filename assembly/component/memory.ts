// SPDX-License-Identifier: MIT
// The adapter's own memory: blocks that are given back, a place for what the host answers, and copies between it
// and the guest's. Nothing of the adapter stands in the guest's memory, as its allocator may take all of that.

import * as guest from './guest';
import * as heap from './heap';

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

/** Lists of the host go into the scratch place again. Those that do not fit there are kept for good. */
export function intoScratch(): void {
  into(SCRATCH, SCRATCH_SIZE);
}

/** The host's next lists are kept for good. */
export function intoHeap(): void {
  into(0, 0);
}

const SMALLEST_BITS = 5;
/** Heads of the lists of free blocks, one a power of two. */
const FREE: usize = heap.allocate(4, 32 * 4);

function classOf(size: usize): i32 {
  return size <= 1 << SMALLEST_BITS ? SMALLEST_BITS : 32 - clz<i32>(<i32>size - 1);
}

/** A block of at least so many bytes, aligned to 16; its bytes are what they were. */
export function take(size: usize): usize {
  const bits = classOf(size);
  const head = FREE + ((<usize>bits) << 2);
  const block = load<usize>(head);
  if (block == 0) return heap.allocate(16, (<usize>1) << bits);
  store<usize>(head, load<usize>(block));
  return block;
}

/** Gives back what `take(size)` gave. */
export function give(block: usize, size: usize): void {
  const head = FREE + ((<usize>classOf(size)) << 2);
  store<usize>(block, load<usize>(head));
  store<usize>(head, block);
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
