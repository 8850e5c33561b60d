// SPDX-License-Identifier: MIT
// Connections that the guest has closed, or left behind at its end, while the host still sends what they wrote.
// Dropping such a stream loses the bytes on Wasmtime 46, and from 48 on blocks everybody until the peer has read them. So
// they are kept, out of the guest's sight, until their stream has room again.

import { Descriptor, Kind } from '../descriptor';
import { ANSWER, give, into, intoScratch, take } from '../memory';
import { destroy, endOfTable, lookUp } from '../table';
import * as clocks from '../wasi/clocks';
import * as poll from '../wasi/poll';
import * as sockets from '../wasi/sockets';
import * as streams from '../wasi/streams';
import { dropAhead } from './input';
import { permitOf } from './output';
import { dropPollables, outputPollableOf } from './pollables';

let first: Descriptor | null = null;
let last: Descriptor | null = null;
export let lingeringCount: i32 = 0;

/** Drops all that the host holds for a descriptor, and the descriptor. */
export function release(d: Descriptor): void {
  dropPollables(d);
  dropAhead(d);
  if (d.input != 0) streams.dropInput(d.input);
  if (d.output != 0) streams.dropOutput(d.output);
  if (d.handle != 0) sockets.dropSocket(d.handle);
  destroy(d);
}

/** Adds a connection at the end. */
function keep(d: Descriptor): void {
  const before = last;
  d.next = null;
  if (first == null || before == null) first = d;
  else before.next = d;
  last = d;
  lingeringCount++;
}

/** Ends a connection that the guest has closed: at once, or when what it wrote has gone out. */
export function releaseWhenSent(d: Descriptor): void {
  lookAfterOne();
  if (d.output == 0 || permitOf(d) != 0) {
    release(d);
    return;
  }
  sockets.shutdown(d.handle, 2, ANSWER); // The sending half behind what is under way.
  dropAhead(d);
  if (d.inputPollable != 0) poll.dropPollable(d.inputPollable);
  d.inputPollable = 0;
  streams.dropInput(d.input);
  d.input = 0;
  keep(d);
}

/** Looks after one of them, another one each time: a guest may never poll. */
export function lookAfterOne(): void {
  const d = first;
  if (d == null) return;
  first = d.next;
  lingeringCount--;
  if (permitOf(d) == 0) keep(d);
  else release(d);
}

/** Releases those that have sent all. */
export function releaseSent(): void {
  for (let left = lingeringCount; left > 0; left--) lookAfterOne();
}

/** Adds their pollables to a list; how many. */
export function addLingering(list: usize): i32 {
  let count = 0;
  let d = first;
  while (d != null) {
    store<i32>(list + ((<usize>count) << 2), outputPollableOf(d));
    count++;
    d = d.next;
  }
  return count;
}

/** Waits until all that connections wrote has gone out, for so many ns at the most: the guest has ended. */
export function flushAll(limit: u64): void {
  for (let fd = 0; fd < endOfTable(); fd++) {
    const d = lookUp(fd);
    if (d == null || d.kind != Kind.CONNECTION || d.output == 0 || permitOf(d) != 0) continue;
    keep(d);
  }
  if (first == null) return;
  const deadline = clocks.subscribeInstant(clocks.monotonicNow() + limit);
  while (first != null) {
    const size = (<usize>(lingeringCount + 1)) << 2;
    const list = take(size);
    store<i32>(list, deadline);
    const count = addLingering(list + 4) + 1;
    const ready = take(size);
    into(ready, size);
    poll.poll(list, count, ANSWER);
    intoScratch();
    const isOver = load<i32>(load<usize>(ANSWER)) == 0;
    give(list, size);
    give(ready, size);
    if (isOver) return;
    releaseSent();
  }
}
