// SPDX-License-Identifier: MIT
// What poll_oneoff answers: which subscriptions have an event, a bit for each, and the events' records.

import { MONOTONIC } from './clocks';
import { Dialing, Kind } from './descriptor';
import * as guest from './guest';
import { isOutputOver } from './host/output';
import { give, take } from './memory';
import { Errno, Tag } from './preview1';
import { readableBytes } from './readable';
import { lookUp } from './table';

/** Bytes of the records. */
export const SUBSCRIPTION: usize = 48;
export const EVENT: usize = 32;

const HANGUP: u32 = 1;

let marks: usize = 0;
/** How many bits there are, and how many of them the call under way uses. */
let capacity: i32 = 0;
let count: i32 = 0;

/** Some subscription has an event. */
export let isAnyMarked: bool = false;

/** Begins a call with so many subscriptions, none of which has an event. */
export function clearMarks(subscriptions: i32): void {
  count = subscriptions;
  if (count > capacity) {
    if (capacity > 0) give(marks, <usize>capacity >>> 3);
    capacity = max<i32>(1 << (32 - clz<i32>(count)), 512);
    marks = take(<usize>capacity >>> 3);
  }
  memory.fill(marks, 0, (<usize>((count + 63) >>> 6)) << 3);
  isAnyMarked = false;
}

/** The subscription at this place has an event. */
export function mark(slot: i32): void {
  const word = marks + ((<usize>(slot >>> 6)) << 3);
  store<u64>(word, load<u64>(word) | ((<u64>1) << (slot & 63)));
  isAnyMarked = true;
}

/** Writes the event of the subscription at `at`. */
function tell(at: usize, to: usize): void {
  const word = guest.subscription(at);
  const userdata = guest.load64(at);
  const tag = <u32>word & 0xff;
  let error: u32 = Errno.SUCCESS;
  let byteCount: u64 = 0;
  let flags: u32 = 0;
  if (tag == Tag.CLOCK) {
    if (guest.load32(at + 16) > MONOTONIC) error = Errno.INVAL;
  } else {
    const d = lookUp(<i32>(word >>> 32));
    if (d == null) {
      error = Errno.BADF;
    } else if (d.dialing == Dialing.FAILED) {
      error = d.error;
    } else if (tag == Tag.FD_READ) {
      byteCount = readableBytes(d);
      if (d.error != 0 || (d.ended && d.writeShut)) flags = HANGUP;
    } else if (d.kind == Kind.CONNECTION && d.ended && d.error == 0) {
      // After an orderly end of both directions alone: who waits to write would be woken for ever by the flag.
      if (d.writeShut || isOutputOver(d)) flags = HANGUP;
    }
  }
  guest.event(to, userdata, error, tag, byteCount, flags);
}

/** Writes the events of all that is marked, in the order of the subscriptions; how many. */
export function tellMarked(subs: usize, events: usize): i32 {
  let told = 0;
  for (let from = 0; from < count; from += 64) {
    const word = marks + ((<usize>(from >>> 6)) << 3);
    for (let bits = load<u64>(word); bits != 0; bits &= bits - 1) {
      const slot = from + <i32>ctz<u64>(bits);
      tell(subs + <usize>slot * SUBSCRIPTION, events + <usize>told * EVENT);
      told++;
    }
  }
  return told;
}
