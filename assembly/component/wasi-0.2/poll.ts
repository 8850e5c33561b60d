// SPDX-License-Identifier: MIT
// poll_oneoff over wasi:io/poll, which costs the host a step for each pollable that it is given. So descriptors that
// were active a moment ago are asked first, without waiting, and all of them only where none of those is ready, or when
// that has gone on for a few calls.

import { addClock, clearDeadlines, deadline, markDue, NEVER } from '../deadlines';
import { Descriptor, Dialing, Kind } from '../descriptor';
import { clearMarks, EVENT, isAnyMarked, mark, SUBSCRIPTION, tellMarked } from '../events';
import * as guest from '../guest';
import { ANSWER, give, into, intoScratch, isInGuest, take } from '../memory';
import { Errno, Tag } from '../preview1';
import { lookUp } from '../table';
import * as clocks from '../wasi/clocks';
import * as poll from '../wasi/poll';
import { BUDGET, beUnsure, spend, spendSurely } from './budget';
import { isDialed } from './dial';
import { hasInput, readMore } from './input';
import { addLingering, lingeringCount, releaseSent } from './lingering';
import { permitOf } from './output';
import { inputPollableOf, outputPollableOf } from './pollables';
import { countPoll, now } from './recent';

/** From so many subscriptions on it is worth asking the recently active ones first. */
const FEW = 64;
/** Active within so many polls is recently. */
const RECENT = 256;
/** So many polls in a row may leave the others out. */
const MOST_PARTIAL = 8;

/**
 * Pollables, which subscription each is of, and which of them the host says are ready: i32 each. The first place is left
 * free.
 */
let list: usize = 0;
let owners: usize = 0;
let ready: usize = 0;
let capacity: i32 = 0;
let length: i32 = 0;

/** A pollable that is always ready: a poll with it does not wait. */
let always: i32 = 0;

let partialPolls: i32 = 0;
let recentlyActive: i32 = 0;

function reserve(count: i32): void {
  if (count <= capacity) return;
  const words = (<usize>capacity) << 2;
  if (capacity > 0) {
    give(list, words);
    give(owners, words);
    give(ready, words);
  }
  capacity = max<i32>(1 << (32 - clz<i32>(count)), 512);
  list = take((<usize>capacity) << 2);
  owners = take((<usize>capacity) << 2);
  ready = take((<usize>capacity) << 2);
}

function add(pollable: i32, slot: i32): void {
  store<i32>(list + ((<usize>length) << 2), pollable);
  store<i32>(owners + ((<usize>length) << 2), slot);
  length++;
}

/** Takes a subscription of a descriptor in: its pollable into the list, or its event where that is there already. */
function addDescriptor(d: Descriptor, tag: u32, slot: i32, recentOnly: bool): void {
  switch (d.kind) {
    case Kind.LISTENER:
      // Nobody can write to a listener.
      if (tag == Tag.FD_READ) add(inputPollableOf(d), slot);
      return;
    case Kind.CONNECTION:
      if (d.dialing != Dialing.OPEN) {
        // Its next step drops the pollable, which a subscription before this one may have put into the list.
        if (d.activeAt != now && isDialed(d)) {
          mark(slot);
        } else {
          d.activeAt = now;
          add(inputPollableOf(d), slot);
        }
        return;
      }
      if (tag == Tag.FD_WRITE) {
        // Asked one by one: in the list, those that always have room would use up the host's budget.
        if (d.writeShut || permitOf(d) != 0) mark(slot);
        else add(outputPollableOf(d), slot);
        return;
      }
      if (d.aheadCount > 0 || d.ended || d.readShut || d.error != 0) {
        if (d.aheadCount > 0) readMore(d);
        mark(slot);
        return;
      }
      if (now - d.activeAt > RECENT) {
        if (recentOnly) return;
      } else if (!recentOnly) {
        recentlyActive++;
      }
      add(inputPollableOf(d), slot);
      return;
    case Kind.INPUT:
      if (tag == Tag.FD_WRITE || hasInput(d)) mark(slot);
      else add(inputPollableOf(d), slot);
      return;
    case Kind.OUTPUT:
      if (tag == Tag.FD_READ) mark(slot);
      else add(outputPollableOf(d), slot);
      return;
    default:
      mark(slot);
  }
}

/** Goes through the subscriptions; INVAL where one is none of preview 1. */
function collect(subs: usize, count: i32, recentOnly: bool): i32 {
  length = 1;
  if (!recentOnly) recentlyActive = 0;
  for (let slot = 0; slot < count; slot++) {
    const at = subs + <usize>slot * SUBSCRIPTION;
    const word = guest.subscription(at);
    const tag = <u32>word & 0xff;
    if (tag == Tag.CLOCK) {
      const status = addClock(at, slot);
      if (status != Errno.SUCCESS) return status;
      continue;
    }
    if (tag > <u32>Tag.FD_WRITE) return Errno.INVAL;
    const d = lookUp(<i32>(word >>> 32));
    if (d == null) mark(slot);
    else addDescriptor(d, tag, slot, recentOnly);
  }
  return Errno.SUCCESS;
}

/** Marks a subscription whose pollable is ready, if that is so: a host also tells of input that is used up. */
function check(subs: usize, slot: i32): void {
  const word = guest.subscription(subs + <usize>slot * SUBSCRIPTION);
  const d = lookUp(<i32>(word >>> 32));
  if (d == null) return;
  if (d.dialing != Dialing.OPEN && !isDialed(d)) return;
  if (d.kind == Kind.LISTENER || (<u32>word & 0xff) == Tag.FD_WRITE || d.dialing != Dialing.OPEN) {
    mark(slot);
  } else if (hasInput(d)) {
    d.activeAt = now;
    mark(slot);
  }
}

/** How many subscriptions are in `list` in place of pollables that have been asked: those that the host says are ready. */
let found: i32 = 0;

/** Asks the host for a part of the list, and adds to what was found; how many pollables are ready. */
function askFor(from: i32, count: i32): i32 {
  into(ready, (<usize>capacity) << 2);
  poll.poll(list + ((<usize>from) << 2), count, ANSWER);
  intoScratch();
  const places = load<usize>(ANSWER);
  const answers = load<i32>(ANSWER, 4);
  const end = places + ((<usize>answers) << 2);
  for (let at = places; at < end; at += 4) {
    const slot = load<i32>(owners + ((<usize>(from + load<i32>(at))) << 2));
    if (slot < 0) continue;
    store<i32>(list + ((<usize>found) << 2), slot);
    found++;
  }
  return answers;
}

/** Marks what was found. Not before all is asked: the next step of dialing drops its pollable, which may be in the list twice. */
function checkFound(subs: usize): void {
  for (let i = 0; i < found; i++) check(subs, load<i32>(list + ((<usize>i) << 2)));
}

/** Waits until something in the list is ready, or a deadline is there. */
function wait(): void {
  let clock = 0;
  if (deadline != NEVER || length + lingeringCount == 1) {
    clock = clocks.subscribeInstant(deadline);
    add(clock, -1);
  }
  for (let left = addLingering(list + ((<usize>length) << 2)); left > 0; left--) {
    store<i32>(owners + ((<usize>length) << 2), -1);
    length++;
  }
  // A host whose budget ends here has to wait, and has a new one then.
  spend(min<i32>(askFor(1, length - 1), BUDGET));
  beUnsure();
  if (clock != 0) poll.dropPollable(clock);
}

/** Looks what in the list is ready now: in parts, for each of which the host has a budget. */
function look(): void {
  if (always == 0) always = clocks.subscribeInstant(0);
  for (let from = 0; from < length - 1; from += BUDGET) {
    // The pollable that is always ready stands before the part, in the place of one that has been asked.
    store<i32>(list + ((<usize>from) << 2), always);
    store<i32>(owners + ((<usize>from) << 2), -1);
    const count = min<i32>(length - 1 - from, BUDGET);
    spendSurely(count);
    askFor(from, count + 1);
  }
}

export function poll_oneoff(subs: usize, events: usize, count: u32, nevents: usize): i32 {
  if (count == 0) return Errno.INVAL;
  if (!isInGuest(subs, <u64>count * SUBSCRIPTION) || !isInGuest(events, <u64>count * EVENT)) {
    return Errno.FAULT;
  }
  if (!isInGuest(nevents, 4)) return Errno.FAULT;
  reserve(<i32>count + 3 + lingeringCount);
  clearMarks(<i32>count);
  clearDeadlines();
  countPoll();
  let recentOnly =
    <i32>count >= FEW && partialPolls < MOST_PARTIAL && recentlyActive * 2 < <i32>count;
  partialPolls = recentOnly ? partialPolls + 1 : 0;
  while (!isAnyMarked) {
    const status = collect(subs, <i32>count, recentOnly);
    if (status != Errno.SUCCESS) return status;
    found = 0;
    const waits = !isAnyMarked && !recentOnly;
    if (waits) wait();
    else look();
    checkFound(subs);
    markDue(subs);
    if (waits && lingeringCount > 0) releaseSent();
    recentOnly = false;
  }
  guest.store32(nevents, tellMarked(subs, events));
  return Errno.SUCCESS;
}
