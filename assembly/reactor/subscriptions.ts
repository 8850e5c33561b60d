// SPDX-License-Identifier: MIT
// The packed array that poll_oneoff is given: one record for each fd and direction, then at most one
// clock. It is edited in place, so that from call to call only what changed differs: a host that
// keeps the kernel's set between calls pays for the changes alone.

import { CLOCK_ABSTIME, CLOCK_MONOTONIC, Event, EventType, Subscription } from '../wasi/records';

/** Userdata of the clock; no token is like it, as its fd would be -1. */
export const CLOCK_TOKEN: u64 = u64.MAX_VALUE;

const FIRST_ROOM = 64;

/** Positions are record indices; they move when another record is removed, which `remove` tells. */
@final
export class Subscriptions {
  /** Address of the records. */
  records: usize = heap.alloc(FIRST_ROOM * offsetof<Subscription>());
  /** Address of as many event records, for the answer. */
  events: usize = heap.alloc(FIRST_ROOM * offsetof<Event>());
  /** Records, the clock not counted. */
  count: i32 = 0;
  private room: i32 = FIRST_ROOM;
  private hasClock: bool = false;

  /** Records to hand to poll_oneoff. */
  @inline
  get total(): i32 {
    return this.count + i32(this.hasClock);
  }

  @inline
  at(position: i32): Subscription {
    return changetype<Subscription>(this.records + position * offsetof<Subscription>());
  }

  @inline
  eventAt(index: i32): Event {
    return changetype<Event>(this.events + index * offsetof<Event>());
  }

  /** Appends a subscription to a direction of an fd and answers its position. The clock stays last. */
  add(fd: i32, type: u8, token: u64): i32 {
    const position = this.count;
    // One more than this one: the clock needs a place behind it.
    if (position + 2 > this.room) this.grow();
    if (this.hasClock) this.copy(position, position + 1);
    const record = this.at(position);
    memory.fill(changetype<usize>(record), 0, offsetof<Subscription>());
    record.userdata = token;
    record.tag = type;
    record.fd = fd;
    this.count = position + 1;
    return position;
  }

  /** Takes a record out by moving the last one into its place; true where one was moved there. */
  remove(position: i32): bool {
    const last = --this.count;
    const moves = position != last;
    if (moves) this.copy(last, position);
    if (this.hasClock) this.copy(last + 1, last);
    return moves;
  }

  /** Sets the clock: ns from the call on, or on the monotonic clock where `absolute`. */
  setClock(ns: u64, absolute: bool): void {
    const record = this.at(this.count);
    if (!this.hasClock) {
      memory.fill(changetype<usize>(record), 0, offsetof<Subscription>());
      record.userdata = CLOCK_TOKEN;
      record.tag = EventType.CLOCK;
      record.fd = CLOCK_MONOTONIC;
      this.hasClock = true;
    }
    record.timeout = ns;
    record.flags = absolute ? CLOCK_ABSTIME : 0;
  }

  clearClock(): void {
    this.hasClock = false;
  }

  private copy(from: i32, to: i32): void {
    memory.copy(
      changetype<usize>(this.at(to)),
      changetype<usize>(this.at(from)),
      offsetof<Subscription>(),
    );
  }

  private grow(): void {
    this.room *= 2;
    this.records = heap.realloc(this.records, this.room * offsetof<Subscription>());
    this.events = heap.realloc(this.events, this.room * offsetof<Event>());
  }
}
