// SPDX-License-Identifier: MIT
// What the host tells when it has done what it was asked for: events of the one set of waitables. They change descriptors,
// and put them on the list of those that poll_oneoff looks at again, no matter which call has waited.

import { Descriptor } from '../descriptor';
import { give, take } from '../memory';
import * as streams from '../wasi/streams';
import * as waitables from '../wasi/waitables';

/** What a waitable is to its descriptor, whose address has this in its low bits as the waitable's owner. */
export enum Role {
  INPUT,
  OUTPUT,
  SUBTASK,
}
const ROLE: usize = 15;

/** Of a call of an async function, and of a subtask's event: it has ended. */
export const RETURNED: i32 = 2;

let set: i32 = 0;
/** Another one, for a call that has to be waited for alone. */
let alone: i32 = 0;

/** Where an event is put. */
const EVENT: usize = take(8);

/** Owners by their waitables. */
let owners: usize = 0;
let ownerRoom: i32 = 0;

/**
 * Descriptors that something has happened to, or that were ready when poll_oneoff looked last: a ring, the first at `head`, and
 * the next one goes to `tail`. Both count on, and wrap; 0 in place of a descriptor that has been closed.
 */
let ring: usize = 0;
let ringRoom: i32 = 0;
export let head: i32 = 0;
export let tail: i32 = 0;

/** A table of words of twice the size, or of so many at least. */
function enlarge(table: usize, room: i32, most: i32): usize {
  const larger = take((<usize>most) << 2);
  if (room > 0) {
    memory.copy(larger, table, (<usize>room) << 2);
    give(table, (<usize>room) << 2);
  }
  return larger;
}

/** Puts a waitable into the set. */
export function join(waitable: i32, owner: Descriptor, role: Role): void {
  if (waitable >= ownerRoom) {
    const room = max<i32>(1 << (32 - clz<i32>(waitable)), 256);
    owners = enlarge(owners, ownerRoom, room);
    ownerRoom = room;
  }
  store<usize>(owners + ((<usize>waitable) << 2), changetype<usize>(owner) | role);
  if (set == 0) set = waitables.newSet();
  waitables.join(waitable, set);
}

/** Takes it out again, as has to be done before a call that waits for it alone. */
export function leave(waitable: i32): void {
  waitables.join(waitable, 0);
}

function placeOf(index: i32): usize {
  return ring + ((<usize>(index & (ringRoom - 1))) << 2);
}

/** Makes room; what is in the ring keeps its index. */
function growRing(): void {
  const smaller = ring;
  const room = ringRoom;
  ringRoom = max<i32>(room << 1, 64);
  ring = take((<usize>ringRoom) << 2);
  for (let i = head; i != tail; i++) {
    const d = load<usize>(smaller + ((<usize>(i & (room - 1))) << 2));
    store<usize>(placeOf(i), d);
    if (d != 0) changetype<Descriptor>(d).listedAt = (i & (ringRoom - 1)) + 1;
  }
  if (room > 0) give(smaller, (<usize>room) << 2);
}

/** Has poll_oneoff look at a descriptor. */
export function list(d: Descriptor): void {
  if (d.listedAt != 0) return;
  if (tail - head == ringRoom) growRing();
  store<Descriptor>(placeOf(tail), d);
  d.listedAt = (tail & (ringRoom - 1)) + 1;
  tail++;
}

/** What is in the ring at an index from head to tail. */
export function listed(index: i32): Descriptor | null {
  return load<Descriptor | null>(placeOf(index));
}

/** Takes the first one out. */
export function takeListed(): Descriptor | null {
  const d = listed(head);
  head++;
  if (d != null) d.listedAt = 0;
  return d;
}

/** Takes a descriptor out, wherever it is. */
export function unlist(d: Descriptor): void {
  if (d.listedAt == 0) return;
  store<usize>(placeOf(d.listedAt - 1), 0);
  d.listedAt = 0;
}

/** What a read has brought to `ahead`, behind what was there. */
export function noteInput(d: Descriptor, code: i32): void {
  d.aheadCount += code >>> 4;
  if ((code & 15) == streams.GONE) d.inputGone = true;
}

/** Notes the event that is in EVENT. */
function note(): void {
  const waitable = load<i32>(EVENT);
  const code = load<i32>(EVENT, 4);
  const owner = load<usize>(owners + ((<usize>waitable) << 2));
  const d = changetype<Descriptor>(owner & ~ROLE);
  switch (<i32>(owner & ROLE)) {
    case Role.INPUT:
      d.inputPending = false;
      noteInput(d, code);
      break;
    case Role.OUTPUT:
      d.outputPending = false;
      d.isFull = false;
      if ((code & 15) == streams.GONE) d.outputGone = true;
      break;
    default:
      if (code < RETURNED) return;
      waitables.dropSubtask(waitable);
      d.inputPending = false;
      d.input = 0;
  }
  list(d);
}

/** Waits for one event. */
export function waitForEvent(): void {
  waitables.wait(set, EVENT);
  note();
}

/** The code of a call, for which it waits where the call has not ended at once. Then its waitable is in no set any more. */
export function codeOf(code: i32, waitable: i32): i32 {
  if (code != streams.BLOCKED) return code;
  if (alone == 0) alone = waitables.newSet();
  waitables.join(waitable, alone);
  waitables.wait(alone, EVENT);
  waitables.join(waitable, 0);
  return load<i32>(EVENT, 4);
}

/** Takes the events that are there; true where there was one. */
export function takeEvents(): bool {
  let any = false;
  while (set != 0 && waitables.poll(set, EVENT) != 0) {
    note();
    any = true;
  }
  return any;
}

/** Lets the host go on, which it does not while the guest runs; true where that brought an event. */
export function letHostRun(): bool {
  waitables.yieldThread();
  return takeEvents();
}

/** Notes the call of an async function: its subtask becomes the `input` of the descriptor, unless it has ended at once. */
export function noteCall(d: Descriptor, status: i32): void {
  if ((status & 15) == RETURNED) return;
  d.input = status >>> 4;
  d.inputPending = true;
  join(d.input, d, Role.SUBTASK);
}

/** Gives that call up. */
export function cancelCall(d: Descriptor): void {
  if (!d.inputPending) return;
  leave(d.input);
  waitables.cancelSubtask(d.input);
  waitables.dropSubtask(d.input);
  d.input = 0;
  d.inputPending = false;
}
