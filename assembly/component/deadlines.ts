// SPDX-License-Identifier: MIT
// The clocks among the subscriptions of a poll_oneoff.

import { deadlineOf, MONOTONIC } from './clocks';
import { mark, SUBSCRIPTION } from './events';
import * as guest from './guest';
import { Errno, Tag } from './preview1';
import * as clocks from './wasi/clocks';

const ABSTIME: u32 = 1;
export const NEVER: u64 = u64.MAX_VALUE;

/** When the call began, asked for by its first clock. */
let start: u64 = 0;
/** The earliest deadline of the call, by the monotonic clock. */
export let deadline: u64 = NEVER;
/** Where its clocks stand. */
let firstClock: i32 = -1;
let lastClock: i32 = -1;

/** Begins a call. */
export function clearDeadlines(): void {
  start = 0;
  deadline = NEVER;
  firstClock = -1;
}

/** The deadline of the clock at `at`. */
function dueOf(at: usize): u64 {
  const isAbsolute = (guest.load16(at + 40) & ABSTIME) != 0;
  return deadlineOf(guest.load32(at + 16), guest.load64(at + 24), isAbsolute, start);
}

/** Takes a clock in; INVAL where its flags are none of preview 1. A clock that is not known is an event's error. */
export function addClock(at: usize, slot: i32): i32 {
  if ((guest.load16(at + 40) & ~ABSTIME) != 0) return Errno.INVAL;
  if (guest.load32(at + 16) > MONOTONIC) {
    mark(slot);
    return Errno.SUCCESS;
  }
  if (start == 0) start = clocks.monotonicNow();
  if (firstClock < 0) firstClock = slot;
  lastClock = slot;
  const due = dueOf(at);
  deadline = min<u64>(deadline, due);
  if (due <= start) mark(slot);
  return Errno.SUCCESS;
}

/** Marks the clocks that are due by now. */
export function markDue(subs: usize): void {
  if (firstClock < 0) return;
  const time = clocks.monotonicNow();
  for (let slot = firstClock; slot <= lastClock; slot++) {
    const at = subs + <usize>slot * SUBSCRIPTION;
    if ((<u32>guest.subscription(at) & 0xff) == Tag.CLOCK && dueOf(at) <= time) mark(slot);
  }
}
