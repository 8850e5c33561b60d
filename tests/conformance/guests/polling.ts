// SPDX-License-Identifier: MIT
// poll_oneoff: a list of subscriptions that stays until clear(), and the events of the last call; time.

import { append, appendErrno, appendNumber, end, equal, errno, fail, ok } from './checks';
import { out } from './descriptors';
import { CLOCK, FD_READ, FD_WRITE, MONOTONIC, SECOND, SUCCESS } from './numbers';
import { clock_time_get, poll_oneoff } from './wasi_snapshot_preview1';

export const SUBSCRIPTION: usize = 48;
export const EVENT: usize = 32;
const MOST: usize = 1024;
export const subscriptions: usize = memory.data(48 * 1024, 16);
export const events: usize = memory.data(32 * 1024, 16);
export const nevents: usize = memory.data(16, 16);
const taken: usize = memory.data(1024, 16);
let listed: u32 = 0;
let reported: u32 = 0;

/** Forgets all subscriptions. */
export function clear(): void {
  listed = 0;
}

/** A subscription written at an address of one's own. */
export function putFd(at: usize, tag: u8, fd: i32, userdata: u64): void {
  memory.fill(at, 0, SUBSCRIPTION);
  store<u64>(at, userdata);
  store<u8>(at + 8, tag);
  store<u32>(at + 16, fd);
}

export function putClock(at: usize, id: u32, timeout: u64, flags: u16, userdata: u64): void {
  memory.fill(at, 0, SUBSCRIPTION);
  store<u64>(at, userdata);
  store<u8>(at + 8, CLOCK);
  store<u32>(at + 16, id);
  store<u64>(at + 24, timeout);
  store<u16>(at + 40, flags);
}

function next(): usize {
  if (<usize>listed === MOST) fail('the guest lists too many subscriptions');
  return subscriptions + SUBSCRIPTION * listed++;
}

export function wantRead(fd: i32, userdata: u64): void {
  putFd(next(), FD_READ, fd, userdata);
}

export function wantWrite(fd: i32, userdata: u64): void {
  putFd(next(), FD_WRITE, fd, userdata);
}

export function wantClock(id: u32, timeout: u64, flags: u16, userdata: u64): void {
  putClock(next(), id, timeout, flags, userdata);
}

/** A relative timeout on the monotonic clock, in ns. */
export function wantTimeout(ns: u64, userdata: u64): void {
  putClock(next(), MONOTONIC, ns, 0, userdata);
}

/** Userdata of the clock that only ends what would wait for ever. */
export const GUARD: u64 = 0x60a7d;

/** With it, what is never reported is a failure that says so, and no hang. */
export function guarded(): void {
  wantTimeout(8 * SECOND, GUARD);
}

/** poll_oneoff over the list, which must succeed. Answers the number of events. */
export function poll(): u32 {
  store<u32>(nevents, 0xffffffff);
  ok('poll_oneoff', poll_oneoff(subscriptions, events, listed, nevents));
  reported = load<u32>(nevents);
  if (reported > listed) equal('number of events', reported, listed);
  memory.fill(taken, 0, MOST);
  return reported;
}

function appendEvents(): void {
  append('; reported:');
  if (reported === 0) append(' nothing');
  for (let i: u32 = 0; i < min<u32>(reported, 6); i++) {
    const at = events + EVENT * i;
    const type = load<u8>(at + 10);
    append(type === CLOCK ? ' clock/' : type === FD_READ ? ' read/' : ' write/');
    if (load<u64>(at) === GUARD) append('guard');
    else appendNumber(load<u64>(at));
    if (load<u16>(at + 8) !== 0) {
      append(':');
      appendErrno(load<u16>(at + 8));
    }
  }
  if (reported > 6) append(' …');
}

/** Address of the event with this userdata and type that no one has asked for yet, or 0. */
export function find(userdata: u64, type: u8): usize {
  for (let i: u32 = 0; i < reported; i++) {
    const at = events + EVENT * i;
    if (load<u8>(taken + i) !== 0) continue;
    if (load<u64>(at) !== userdata || load<u8>(at + 10) !== type) continue;
    store<u8>(taken + i, 1);
    return at;
  }
  return 0;
}

/** The last poll must have reported this, with this error. Answers the event's address. */
export function expect(userdata: u64, type: u8, error: i32 = SUCCESS): usize {
  const at = find(userdata, type);
  if (at === 0) {
    append('failed: no event ');
    append(type === CLOCK ? 'clock/' : type === FD_READ ? 'read/' : 'write/');
    appendNumber(userdata);
    appendEvents();
    end();
  }
  errno('an event', load<u16>(at + 8), error);
  return at;
}

/** The last poll must have reported nothing but what was expected. */
export function nothingElse(): void {
  for (let i: u32 = 0; i < reported; i++) {
    if (load<u8>(taken + i) !== 0) continue;
    append('failed: an event too many');
    appendEvents();
    end();
  }
}

export function errorOf(event: usize): i32 {
  return load<u16>(event + 8);
}

export function nbytesOf(event: usize): u64 {
  return load<u64>(event + 16);
}

export function flagsOf(event: usize): u16 {
  return load<u16>(event + 24);
}

export function now(clock: u32 = MONOTONIC): u64 {
  ok('clock_time_get', clock_time_get(clock, 1, out + 128));
  return load<u64>(out + 128);
}

const sleepRecord: usize = memory.data(96, 16);

/** A pause by a clock alone, beside the list. */
export function sleep(ns: u64): void {
  putClock(sleepRecord, MONOTONIC, ns, 0, 0);
  ok('poll_oneoff of one clock', poll_oneoff(sleepRecord, sleepRecord + 48, 1, sleepRecord + 80));
}
