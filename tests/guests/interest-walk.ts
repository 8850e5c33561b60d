// SPDX-License-Identifier: MIT
// `interest-walk SEED ROUNDS`: a random walk over connections to itself and over arrays of subscriptions, against a model. A host
// that keeps what it knows of an array from one call to the next must not be misled by what happens in between: edits with and
// without their stamp, arrays that move or take turns, descriptors that are closed, come back or change their number. Listens on
// fd 3, and connects to itself as /dev/tcp/self.

import { args, Errno, errnoName, fatal, log } from 'pollux/assembly';
import {
  EVENT_CLOCK,
  EVENT_FD_READ,
  EVENT_FD_WRITE,
  EVENT_SIZE,
  FD_NONBLOCK,
  STAMP_EDITION,
  STAMP_FROM,
  STAMP_TO,
  SUBSCRIPTION_SIZE,
  UNCOUNTED,
} from 'pollux/assembly/wasi/records';
import {
  fd_close,
  fd_read,
  fd_write,
  path_open,
  poll_oneoff,
  sock_accept,
  sock_shutdown,
} from 'pollux/assembly/wasi/wasi_snapshot_preview1';
import { fd_renumber } from './wasi_snapshot_preview1';

const LISTENER = 3;
const DEVICES = 4;
const PAIRS = 12;
const ENDS = PAIRS * 2;
const MOST = 40;
const SETTLED_IN_MS = 5000;
const SHUT_WR: u32 = 2;

const words = args();
let state = <u32>I32.parseInt(words[1]) * 2654435761 + 1;
const rounds = <i32>I32.parseInt(words[2]);

/** Below `limit`: xorshift. */
function random(limit: i32): i32 {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return <i32>(state % <u32>limit);
}

function check(status: i32, what: string): void {
  if (status != Errno.SUCCESS) fatal(`${what}: ${errnoName(status)}`);
}

// The model: two ends a pair, 2i and 2i+1.
const fdOf = new StaticArray<i32>(ENDS);
const unread = new StaticArray<i32>(ENDS);
/** Nothing comes behind what is unread. */
const hasEnded = new StaticArray<bool>(ENDS);
const hasShut = new StaticArray<bool>(ENDS);
const result = memory.data(8, 8);
const iovec = memory.data(8, 8);
const block = memory.data(4096);

function isOpen(end: i32): bool {
  return fdOf[end] >= 0;
}

function endOf(fd: i32): i32 {
  for (let end = 0; end < ENDS; end++) if (fdOf[end] == fd) return end;
  return -1;
}

function transfer(length: u32): void {
  store<usize>(iovec, block);
  store<u32>(iovec, length, 4);
}

function connectPair(pair: i32): void {
  const name = String.UTF8.encode('tcp/self');
  const flags = FD_NONBLOCK;
  check(
    path_open(DEVICES, 0, changetype<usize>(name), name.byteLength, 0, 0x42, 0, flags, result),
    'path_open',
  );
  const dialed = load<i32>(result);
  let status: i32;
  do {
    pause();
    status = sock_accept(LISTENER, FD_NONBLOCK, result);
  } while (status == Errno.AGAIN);
  check(status, 'sock_accept');
  const accepted = load<i32>(result);
  for (let i = 0; i < 2; i++) {
    const end = 2 * pair + i;
    fdOf[end] = i == 0 ? dialed : accepted;
    unread[end] = 0;
    hasEnded[end] = false;
    hasShut[end] = false;
  }
  // It is connected once it can be written to, which the peer sees.
  transfer(1);
  do {
    pause();
    status = fd_write(dialed, iovec, 1, result);
  } while (status == Errno.AGAIN);
  check(status, 'the first fd_write');
  unread[2 * pair + 1] = 1;
}

// Subscriptions: an array that is edited in place and stamped, with two places to be at, and one that is built anew.
const edited = memory.data(MOST * 48, 8);
const moved = memory.data(MOST * 48, 8);
const anew = memory.data(MOST * 48, 8);
const events = memory.data(MOST * 32, 8);
let base: usize = edited;
let length = 0;
let lastEdition: u32 = 0;
let editedFrom = i32.MAX_VALUE;
let editedTo = 0;
let userdata: u64 = 0;

function noteEdit(position: i32): void {
  editedFrom = min(editedFrom, position);
  editedTo = max(editedTo, position + 1);
}

function put(at: usize, tag: u8, fd: i32): void {
  memory.fill(at, 0, SUBSCRIPTION_SIZE);
  store<u64>(at, ++userdata);
  store<u8>(at, tag, 8);
  store<i32>(at, tag == EVENT_CLOCK ? 1 : fd, 16);
  if (tag != EVENT_CLOCK) store<u64>(at, UNCOUNTED, 24);
  else store<u64>(at, random(2) == 0 ? 0 : 1_000_000, 24);
}

function at(position: i32): usize {
  return base + <usize>position * SUBSCRIPTION_SIZE;
}

function add(tag: u8, fd: i32): void {
  if (length == MOST) return;
  put(at(length), tag, fd);
  noteEdit(length++);
}

function remove(position: i32): void {
  length--;
  noteEdit(position);
  if (position != length) memory.copy(at(position), at(length), SUBSCRIPTION_SIZE);
}

function removeAllOf(fd: i32): void {
  for (let i = length - 1; i >= 0; i--) {
    if (load<u8>(at(i), 8) != EVENT_CLOCK && load<i32>(at(i), 16) == fd) remove(i);
  }
}

/** Writes the stamp where the array has changed, and a record to bear it. */
function stamp(): void {
  if (editedTo == 0) return;
  lastEdition++;
  const first = load<u8>(at(0), 8) == EVENT_CLOCK ? 1 : 0;
  if (first < length && load<u8>(at(first), 8) != EVENT_CLOCK) {
    store<u32>(at(first), lastEdition, STAMP_EDITION);
    store<u32>(at(first), editedFrom, STAMP_FROM);
    store<u32>(at(first), editedTo, STAMP_TO);
  }
  editedFrom = i32.MAX_VALUE;
  editedTo = 0;
}

/** Where the last call of all had its array. */
let lastBase: usize = 0;

function pause(): void {
  lastBase = anew;
  put(anew, EVENT_CLOCK, 0);
  store<u64>(anew, 1_000_000, 24);
  check(poll_oneoff(anew, events, 1, result), 'poll_oneoff of a clock');
}

let told: i32 = 0;

/** Whether an event has to be there (2), may be (1), or must not be (0). */
function expectation(sub: usize): i32 {
  const tag = load<u8>(sub, 8);
  if (tag == EVENT_CLOCK) return load<u64>(sub, 24) == 0 ? 2 : 1;
  const end = endOf(load<i32>(sub, 16));
  if (end < 0) return 2;
  return tag == EVENT_FD_WRITE || unread[end] > 0 || hasEnded[end] ? 1 : 0;
}

function describe(sub: usize): string {
  const tag = load<u8>(sub, 8);
  const fd = load<i32>(sub, 16);
  const end = endOf(fd);
  const what = end < 0 ? 'closed' : `end ${end}, unread ${unread[end]}, ended ${hasEnded[end]}`;
  return `${tag == EVENT_CLOCK ? 'clock' : tag == EVENT_FD_READ ? 'read' : 'write'} ${fd} (${what})`;
}

/** Polls an array, and checks what is told; answers how many descriptors are ready, by the model, and were not told. */
function pollAndCheck(subs: usize, count: i32): i32 {
  lastBase = subs;
  check(poll_oneoff(subs, events, count, result), 'poll_oneoff');
  const eventCount = load<i32>(result);
  if (eventCount == 0 || eventCount > count) fatal(`${eventCount} events of ${count}`);
  told += eventCount;
  let event: usize = events;
  const end = events + <usize>eventCount * EVENT_SIZE;
  let missing = 0;
  for (let i = 0; i < count; i++) {
    const sub = subs + <usize>i * SUBSCRIPTION_SIZE;
    const expected = expectation(sub);
    const isTold = event < end && load<u64>(event) == load<u64>(sub);
    if (!isTold) {
      if (expected == 2) fatal(`not told: ${describe(sub)}`);
      if (expected == 1 && load<u8>(sub, 8) != EVENT_CLOCK) missing++;
      continue;
    }
    if (expected == 0) fatal(`told though it is not ready: ${describe(sub)}`);
    const isClosed = load<u8>(sub, 8) != EVENT_CLOCK && endOf(load<i32>(sub, 16)) < 0;
    const error = load<u16>(event, 8);
    if (load<u8>(event, 10) != load<u8>(sub, 8)) fatal(`another type: ${describe(sub)}`);
    if (error != (isClosed ? <u16>Errno.BADF : 0)) fatal(`error ${error}: ${describe(sub)}`);
    event += EVENT_SIZE;
  }
  if (event != end) fatal('events of nobody, or out of order');
  return missing;
}

/** Polls until everything that is ready has been told at once: the host may learn of it a little later. */
function pollUntilSettled(subs: usize, count: i32): void {
  for (let tries = 0; pollAndCheck(subs, count) > 0; tries++) {
    if (tries == SETTLED_IN_MS) fatal('what is ready is not told');
    pause();
  }
}

function pollEdited(): void {
  if (random(12) == 0) {
    const other = base == edited ? moved : edited;
    memory.copy(other, base, <usize>length * SUBSCRIPTION_SIZE);
    base = other;
  }
  if (!hasClock()) add(EVENT_CLOCK, 0);
  stamp();
  pollUntilSettled(base, length);
}

function hasClock(): bool {
  for (let i = 0; i < length; i++) if (load<u8>(at(i), 8) == EVENT_CLOCK) return true;
  return false;
}

function pollAnew(): void {
  const count = 1 + random(MOST - 1);
  const clockAt = random(count);
  for (let i = 0; i < count; i++) {
    const tag = i == clockAt ? EVENT_CLOCK : random(3) == 0 ? EVENT_FD_WRITE : EVENT_FD_READ;
    put(anew + <usize>i * SUBSCRIPTION_SIZE, tag, numberOfSome());
  }
  const first = clockAt == 0 ? 1 : 0;
  if (lastBase != anew && first < count) {
    // The next edition, but of another array: what its stamp leaves out is still new to the host.
    store<u32>(anew + <usize>first * SUBSCRIPTION_SIZE, ++lastEdition, STAMP_EDITION);
  }
  // The clocks between the tries use the same array.
  for (let tries = 0; ; tries++) {
    if (pollAndCheck(anew, count) == 0 || tries == 20) return;
  }
}

/** Mostly the number of a connection, sometimes one that is not open. */
function numberOfSome(): i32 {
  const end = random(ENDS + 2);
  return end < ENDS && isOpen(end) ? fdOf[end] : 900 + random(3);
}

function closeEnd(end: i32): void {
  const peer = end ^ 1;
  // To close with bytes unread would reset the peer.
  if (unread[end] > 0 && isOpen(peer)) return;
  if (random(2) == 0) removeAllOf(fdOf[end]);
  check(fd_close(fdOf[end]), 'fd_close');
  forget(end);
}

function forget(end: i32): void {
  fdOf[end] = -1;
  hasEnded[end ^ 1] = true;
}

function renumber(end: i32, to: i32): void {
  if (to == end || to == (end ^ 1) || (unread[to] > 0 && isOpen(to ^ 1))) return;
  const fd = fdOf[to];
  check(fd_renumber(fdOf[end], fd), 'fd_renumber');
  forget(to);
  fdOf[end] = fd;
}

function write(end: i32): void {
  if (hasShut[end] || !isOpen(end ^ 1)) return;
  const count = 1 + random(random(4) == 0 ? 3000 : 40);
  if (unread[end ^ 1] + count > 60_000) return;
  transfer(count);
  check(fd_write(fdOf[end], iovec, 1, result), 'fd_write');
  unread[end ^ 1] += load<i32>(result);
}

function read(end: i32): void {
  transfer(1 + random(random(3) == 0 ? 4096 : 60));
  const status = fd_read(fdOf[end], iovec, 1, result);
  if (status == Errno.AGAIN) return;
  check(status, 'fd_read');
  const count = load<i32>(result);
  if (count > unread[end]) fatal(`${count} bytes read of ${unread[end]}`);
  if (count == 0 && (unread[end] > 0 || !hasEnded[end])) fatal('an end that is none');
  unread[end] -= count;
}

function step(): void {
  const end = random(ENDS);
  const action = random(20);
  if (!isOpen(end)) {
    if (!isOpen(end ^ 1) && action < 10) connectPair(end >> 1);
    return;
  }
  if (action < 5) write(end);
  else if (action < 9) read(end);
  else if (action < 10) closeEnd(end);
  else if (action < 11) {
    const to = random(ENDS);
    if (isOpen(to)) renumber(end, to);
  } else if (action < 12) {
    if (random(3) == 0 && !hasShut[end]) {
      check(sock_shutdown(fdOf[end], SHUT_WR), 'sock_shutdown');
      hasShut[end] = true;
      hasEnded[end ^ 1] = true;
    }
  } else if (action < 16 || length == 0) {
    add(random(3) == 0 ? EVENT_FD_WRITE : EVENT_FD_READ, numberOfSome());
  } else if (action < 18) remove(random(length));
  else if (action == 18) pollAnew();
  else if (random(4) == 0) add(EVENT_CLOCK, 0);
}

for (let pair = 0; pair < PAIRS; pair++) connectPair(pair);
for (let round = 0; round < rounds; round++) {
  for (let i = random(12); i >= 0; i--) step();
  pollEdited();
}
log(`${rounds} rounds, ${told > rounds ? 'events' : 'no events'}`);
