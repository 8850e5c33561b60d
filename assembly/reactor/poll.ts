// SPDX-License-Identifier: MIT
// poll(2) in terms of poll_oneoff, for programs that keep a table of pollfds and scan it. The
// Selector does less work for many fds: it says which are ready, and keeps its array between calls.

import { fatal } from '../wasi/abort';
import { Errno, errnoName } from '../wasi/errno';
import {
  CLOCK_MONOTONIC,
  EVENT_CLOCK,
  EVENT_FD_READ,
  EVENT_FD_WRITE,
  EVENT_HANGUP,
  EVENT_SIZE,
  Event,
  SUBSCRIPTION_SIZE,
  Subscription,
  UNCOUNTED,
} from '../wasi/records';
import { poll_oneoff } from '../wasi/wasi_snapshot_preview1';

/** There is data, a connection to accept, or the peer's FIN. */
export const POLLIN: u32 = 1;
/** There is room to write. */
export const POLLOUT: u32 = 4;
/** An error that is not the connection's. Only in `revents`. */
export const POLLERR: u32 = 8;
/** Both directions are over. Only in `revents`; data may still be there to read. */
export const POLLHUP: u32 = 16;
/** The fd is not open. Only in `revents`. */
export const POLLNVAL: u32 = 32;

const NS_PER_MS: u64 = 1_000_000;

/** One row of the table. */
export class PollFd {
  /** What happened, of `events` and the three that are always reported. */
  revents: u32 = 0;

  constructor(
    /** A negative one makes the row be passed over. */
    public fd: i32,
    /** What to wait for: POLLIN, POLLOUT, both (`|`), or 0. */
    public events: u32,
  ) {}
}

const result = memory.data(4, 4);
let subscriptions: usize = 0;
let events: usize = 0;
let capacity: i32 = 0;
let count: i32 = 0;

/**
 * Waits until a row of `table` has something to report, or `timeoutMs` (negative: no limit), and
 * sets every row's `revents`. Answers how many rows have any. See poll(2).
 */
export function poll(table: Array<PollFd>, timeoutMs: i32 = -1): i32 {
  reserve(2 * table.length + 1); // a row may wait for both directions, and the clock is one more
  count = 0;
  for (let row = 0; row < table.length; row++) {
    const entry = table[row];
    entry.revents = 0;
    if (entry.fd < 0) continue;
    if (entry.events & POLLIN) add(row, EVENT_FD_READ, entry.fd);
    if (entry.events & POLLOUT) add(row, EVENT_FD_WRITE, entry.fd);
  }
  if (timeoutMs >= 0) add(0, EVENT_CLOCK, CLOCK_MONOTONIC).timeoutNs = <u64>timeoutMs * NS_PER_MS;
  if (count == 0) fatal('poll without a limit of time has nothing to wait for');

  let errno: i32 = Errno.INTR;
  while (errno == Errno.INTR) errno = poll_oneoff(subscriptions, events, count, result);
  if (errno != Errno.SUCCESS) fatal(`poll of ${count} subscriptions failed: ${errnoName(errno)}`);
  const end = events + <usize>load<u32>(result) * EVENT_SIZE;
  let ready = 0;
  for (let at = events; at < end; at += EVENT_SIZE) {
    const event = changetype<Event>(at);
    if (event.type == EVENT_CLOCK) continue;
    const entry = table[<i32>event.userdata];
    if (entry.revents == 0) ready++;
    entry.revents |= readinessOf(event);
  }
  return ready;
}

function readinessOf(event: Event): u32 {
  if (event.error == Errno.BADF) return POLLNVAL;
  if (event.error != Errno.SUCCESS) return POLLERR;
  const direction = event.type == EVENT_FD_READ ? POLLIN : POLLOUT;
  return event.flags & EVENT_HANGUP ? direction | POLLHUP : direction;
}

function add(row: i32, tag: u8, fd: u32): Subscription {
  const record = changetype<Subscription>(subscriptions + <usize>count * SUBSCRIPTION_SIZE);
  count++;
  memory.fill(changetype<usize>(record), 0, SUBSCRIPTION_SIZE);
  record.userdata = row;
  record.tag = tag;
  record.fd = fd;
  record.timeoutNs = UNCOUNTED; // for a clock, the caller writes the timeout here
  return record;
}

function reserve(wanted: i32): void {
  if (wanted <= capacity) return;
  if (capacity > 0) {
    heap.free(subscriptions);
    heap.free(events);
  }
  capacity = wanted + (wanted >> 1);
  subscriptions = heap.alloc(<usize>capacity * SUBSCRIPTION_SIZE);
  events = heap.alloc(<usize>capacity * EVENT_SIZE);
}
