// SPDX-License-Identifier: MIT
// The guest's descriptors by number; a new one takes the lowest free number, as POSIX has it.

import { Descriptor, Kind } from './descriptor';
import { give, take } from './memory';

/** Places of the table; 0 where a number is free. */
let places: usize = take(1024);
let capacity: i32 = 256;
/** No number below is free, and none from `end` on is taken. */
let lowest: i32 = 0;
let end: i32 = 0;

/** How often a descriptor has got another number. */
export let moveCount: i32 = 0;

/** Descriptors that are open. */
export let openCount: i32 = 0;

memory.fill(places, 0, 1024);

/** The descriptor of a number, or null. */
export function lookUp(fd: i32): Descriptor | null {
  if (<u32>fd >= <u32>end) return null;
  return load<Descriptor | null>(places + ((<usize>fd) << 2));
}

function grow(): void {
  const bytes = (<usize>capacity) << 2;
  const larger = take(bytes << 1);
  memory.copy(larger, places, bytes);
  memory.fill(larger + bytes, 0, bytes);
  give(places, bytes);
  places = larger;
  capacity <<= 1;
}

/** A fresh descriptor without a number: all zero but its kind. */
export function create(kind: Kind): Descriptor {
  const block = take(offsetof<Descriptor>());
  memory.fill(block, 0, offsetof<Descriptor>());
  const made = changetype<Descriptor>(block);
  made.kind = kind;
  return made;
}

/** Gives it the lowest free number, which it answers. */
export function insert(made: Descriptor): i32 {
  let fd = lowest;
  while (fd < end && load<usize>(places + ((<usize>fd) << 2)) != 0) fd++;
  if (fd == capacity) grow();
  if (fd == end) end = fd + 1;
  lowest = fd + 1;
  store<Descriptor>(places + ((<usize>fd) << 2), made);
  openCount++;
  return fd;
}

/** Frees a number; the descriptor itself is the caller's. */
export function remove(fd: i32): void {
  store<usize>(places + ((<usize>fd) << 2), 0);
  if (fd < lowest) lowest = fd;
  openCount--;
}

/** `to`, which must be free now, becomes what `from` was, and `from` free. */
export function move(from: i32, to: i32): void {
  store<usize>(places + ((<usize>to) << 2), load<usize>(places + ((<usize>from) << 2)));
  openCount++;
  moveCount++;
  remove(from);
}

/** Gives the memory of a descriptor back. */
export function destroy(dead: Descriptor): void {
  give(changetype<usize>(dead), offsetof<Descriptor>());
}

/** One past the highest number. */
export function endOfTable(): i32 {
  return end;
}
