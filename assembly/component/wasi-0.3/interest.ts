// SPDX-License-Identifier: MIT
// What the guest waits for: its array of subscriptions, as the last call of poll_oneoff had it. What has not changed
// since need not be looked at: a descriptor knows its places in the array, and is on the list when something has happened
// to it. All else is looked at in each call: clocks, numbers that are not open, and second subscriptions of one direction.

import { Descriptor } from '../descriptor';
import { SUBSCRIPTION } from '../events';
import * as guest from '../guest';
import { give, take } from '../memory';
import { Errno, Tag } from '../preview1';
import { endOfTable, lookUp, moveCount } from '../table';
import { list } from './waiting';

/** A subscription's tag and number, as guest.subscription gives them, that is none. */
const NOTHING: u64 = u64.MAX_VALUE;

/** Of each place in the array: its tag and number; and 1 where it is one of the others. */
let words: usize = 0;
let others: usize = 0;
/** Places whose subscription is new. */
let changed: usize = 0;
let changedCount: i32 = 0;
let capacity: i32 = 0;
let count: i32 = 0;

/** The places of the others, i32 each. */
let otherPlaces: usize = 0;
export let otherCount: i32 = 0;

/**
 * Marks that a guest may write into the padding of a descriptor's subscription (docs/guest-contract.md): eight bytes that
 * say that it does; the number of this edition of the array, and the places that differ from the one before.
 */
const UNCOUNTED: u64 = ((<u64>0x746e756f) << 32) | 0x632d6f6e;
let edition: u32 = 0;
let address: usize = 0;

/** Places whose descriptor has been closed since. */
const MOST_STALE: i32 = 256;
const stale: usize = take((<usize>MOST_STALE) << 2);
let staleCount: i32 = 0;
/** Descriptors that had got another number, when the array was looked at last. */
let movesSeen: i32 = 0;

function wordAt(place: i32): u64 {
  return load<u64>(words + ((<usize>place) << 3));
}

function setWord(place: i32, word: u64): void {
  store<u64>(words + ((<usize>place) << 3), word);
}

function isOther(place: i32): bool {
  return load<bool>(others + place);
}

function enlarge(table: usize, bits: i32, room: i32): usize {
  const larger = take((<usize>room) << bits);
  if (capacity > 0) {
    memory.copy(larger, table, (<usize>capacity) << bits);
    give(table, (<usize>capacity) << bits);
  }
  return larger;
}

function reserve(needed: i32): void {
  if (needed <= capacity) return;
  const room = max<i32>(1 << (32 - clz<i32>(needed)), 64);
  words = enlarge(words, 3, room);
  others = enlarge(others, 0, room);
  otherPlaces = enlarge(otherPlaces, 2, room);
  changed = enlarge(changed, 2, room);
  capacity = room;
}

/** Forgets the subscription at a place. */
function clear(place: i32): void {
  const word = wordAt(place);
  setWord(place, NOTHING);
  if (word == NOTHING) return;
  if (isOther(place)) {
    store<bool>(others + place, false);
    return;
  }
  const d = lookUp(<i32>(word >>> 32))!;
  if ((<u32>word & 0xff) == Tag.FD_READ) d.reader = 0;
  else d.writer = 0;
}

/** Takes in the subscription at a place that is clear. False: it is none of preview 1. */
function put(place: i32, word: u64): bool {
  const tag = <u32>word & 0xff;
  if (tag > <u32>Tag.FD_WRITE) return false;
  setWord(place, word);
  if (tag != Tag.CLOCK) {
    const d = lookUp(<i32>(word >>> 32));
    if (d != null) {
      if (tag == Tag.FD_READ && d.reader == 0) {
        d.reader = place + 1;
        list(d);
        return true;
      }
      if (tag == Tag.FD_WRITE && d.writer == 0) {
        d.writer = place + 1;
        list(d);
        return true;
      }
    }
  }
  store<bool>(others + place, true);
  store<i32>(otherPlaces + ((<usize>otherCount) << 2), place);
  otherCount++;
  return true;
}

/** Forgets all. */
function clearAll(): void {
  for (let fd = 0; fd < endOfTable(); fd++) {
    const d = lookUp(fd);
    if (d == null) continue;
    d.reader = 0;
    d.writer = 0;
  }
  count = 0;
  otherCount = 0;
  staleCount = 0;
  edition = 0;
}

/** A place whose descriptor is gone, or another one. */
function noteStale(place: i32): void {
  setWord(place, NOTHING);
  if (staleCount == MOST_STALE) return;
  store<i32>(stale + ((<usize>staleCount) << 2), place);
  staleCount++;
}

/** Before a descriptor is closed. */
export function forget(d: Descriptor): void {
  if (d.reader != 0) noteStale(d.reader - 1);
  if (d.writer != 0) noteStale(d.writer - 1);
  d.reader = 0;
  d.writer = 0;
}

function noteChanged(place: i32): void {
  store<i32>(changed + ((<usize>changedCount) << 2), place);
  changedCount++;
}

/** Clears the places from `from` to `to` whose subscription is another one than it was, and notes them. */
function compare(subs: usize, from: i32, to: i32): void {
  let at = subs + <usize>from * SUBSCRIPTION;
  for (let place = from; place < to; place++, at += SUBSCRIPTION) {
    if (guest.subscription(at) == wordAt(place)) continue;
    clear(place);
    noteChanged(place);
  }
}

/** Where in the array the record is that bears the stamp; 0: it has none. */
function stampOf(subs: usize, length: i32): usize {
  let at = subs;
  if ((<u32>guest.subscription(at) & 0xff) == Tag.CLOCK) {
    if (length == 1) return 0;
    at += SUBSCRIPTION;
    if ((<u32>guest.subscription(at) & 0xff) == Tag.CLOCK) return 0;
  }
  return guest.load64(at + 24) == UNCOUNTED ? at : 0;
}

/** Takes the places off the list that are no others any more. */
function tidyOthers(): void {
  let kept = 0;
  for (let i = 0; i < otherCount; i++) {
    const place = otherPlace(i);
    if (!isOther(place)) continue;
    store<i32>(otherPlaces + ((<usize>kept) << 2), place);
    kept++;
  }
  otherCount = kept;
}

/** The place of one of the others, which count from 0 to otherCount. */
export function otherPlace(index: i32): i32 {
  return load<i32>(otherPlaces + ((<usize>index) << 2));
}

/** Takes over what has changed in the array of `length` subscriptions. INVAL where one is none of preview 1. */
export function updateInterest(subs: usize, length: i32): i32 {
  const stamp = stampOf(subs, length);
  const number = stamp == 0 ? 0 : guest.load32(stamp + 32);
  if (movesSeen != moveCount) clearAll();
  movesSeen = moveCount;
  const isKnown = number != 0 && edition != 0 && subs == address && staleCount < MOST_STALE;
  const isSame = isKnown && number == edition && length == count;
  if (isSame && staleCount == 0) return Errno.SUCCESS;
  reserve(length);
  changedCount = 0;
  for (let place = length; place < count; place++) clear(place);
  const kept = min<i32>(count, length);
  if (isSame || (isKnown && number == edition + 1)) {
    const from = isSame ? 0 : <i32>min<u32>(guest.load32(stamp + 36), kept);
    const to = isSame ? 0 : <i32>min<u32>(guest.load32(stamp + 40), kept);
    compare(subs, from, to);
    for (let i = 0; i < staleCount; i++) {
      const place = load<i32>(stale + ((<usize>i) << 2));
      if (place < kept && (place < from || place >= to)) noteChanged(place);
    }
  } else {
    compare(subs, 0, kept);
  }
  tidyOthers();
  for (let place = count; place < length; place++) {
    store<bool>(others + place, false);
    noteChanged(place);
  }
  staleCount = 0;
  count = length;
  edition = number;
  address = subs;
  for (let i = 0; i < changedCount; i++) {
    const place = load<i32>(changed + ((<usize>i) << 2));
    if (put(place, guest.subscription(subs + <usize>place * SUBSCRIPTION))) continue;
    clearAll();
    return Errno.INVAL;
  }
  return Errno.SUCCESS;
}
