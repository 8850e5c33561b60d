// SPDX-License-Identifier: MIT
// What the guests share: the records of preview 1 laid out by hand, calls that must succeed, and
// checks that end the guest with one line on stderr. It allocates nothing, and imports nothing but
// wasi_snapshot_preview1; a call under test is made by the guest itself, raw.

import {
  clock_time_get,
  fd_fdstat_get,
  fd_fdstat_set_flags,
  fd_prestat_get,
  fd_read,
  fd_write,
  path_open,
  poll_oneoff,
  proc_exit,
  sock_accept,
} from './wasi_snapshot_preview1';

// Errnos that guests name; the rest are printed by number.
export const SUCCESS: i32 = 0;
export const AGAIN: i32 = 6;
export const BADF: i32 = 8;
export const CONNABORTED: i32 = 13;
export const CONNRESET: i32 = 15;
export const FAULT: i32 = 21;
export const INVAL: i32 = 28;
export const IO: i32 = 29;
export const ISDIR: i32 = 31;
export const NOMEM: i32 = 48;
export const NOTCONN: i32 = 53;
export const NOTDIR: i32 = 54;
export const NOTSOCK: i32 = 57;
export const NOTSUP: i32 = 58;
export const OVERFLOW: i32 = 61;
export const PERM: i32 = 63;
export const PIPE: i32 = 64;
export const SPIPE: i32 = 70;
export const NOTCAPABLE: i32 = 76;

// eventtype
export const CLOCK: u8 = 0;
export const FD_READ: u8 = 1;
export const FD_WRITE: u8 = 2;
/** eventrwflags */
export const HANGUP: u16 = 1;
// clockid
export const REALTIME: u32 = 0;
export const MONOTONIC: u32 = 1;
/** subclockflags */
export const ABSTIME: u16 = 1;
// filetype
export const DIRECTORY: u8 = 3;
export const REGULAR_FILE: u8 = 4;
export const SOCKET_STREAM: u8 = 6;
/** fdflags */
export const NONBLOCK: u32 = 4;
// riflags
export const PEEK: u32 = 1;
export const WAITALL: u32 = 2;
// sdflags
export const RD: u32 = 1;
export const WR: u32 = 2;

export const MS: u64 = 1_000_000;
export const SECOND: u64 = 1_000_000_000;

// Areas of the static memory. `out` takes what calls write besides data.
export const out: usize = memory.data(256, 16);
export const iovs: usize = memory.data(8 * 16, 16);
export const buffer: usize = memory.data(65536, 16);
const line: usize = memory.data(1024, 16);
const lineIovec: usize = memory.data(16, 16);
let lineLength: i32 = 0;

// ---- What the guest says

function append(text: string): void {
  const length = min(text.length, (1000 - lineLength) / 3);
  lineLength += <i32>String.UTF8.encodeUnsafe(changetype<usize>(text), length, line + lineLength);
}

function appendNumber(value: u64): void {
  if (value >= 10) appendNumber(value / 10);
  store<u8>(line + lineLength++, <u8>(0x30 + (value % 10)));
}

function appendErrno(errno: i32): void {
  if (errno === SUCCESS) append('SUCCESS');
  else if (errno === AGAIN) append('AGAIN');
  else if (errno === BADF) append('BADF');
  else if (errno === CONNABORTED) append('CONNABORTED');
  else if (errno === CONNRESET) append('CONNRESET');
  else if (errno === FAULT) append('FAULT');
  else if (errno === INVAL) append('INVAL');
  else if (errno === IO) append('IO');
  else if (errno === ISDIR) append('ISDIR');
  else if (errno === NOMEM) append('NOMEM');
  else if (errno === NOTCONN) append('NOTCONN');
  else if (errno === NOTDIR) append('NOTDIR');
  else if (errno === NOTSOCK) append('NOTSOCK');
  else if (errno === NOTSUP) append('NOTSUP');
  else if (errno === OVERFLOW) append('OVERFLOW');
  else if (errno === PERM) append('PERM');
  else if (errno === PIPE) append('PIPE');
  else if (errno === SPIPE) append('SPIPE');
  else if (errno === NOTCAPABLE) append('NOTCAPABLE');
  else {
    append('errno ');
    appendNumber(errno);
  }
}

function writeLine(fd: i32): void {
  store<u8>(line + lineLength++, 0x0a);
  store<u32>(lineIovec, <u32>line);
  store<u32>(lineIovec + 4, <u32>lineLength);
  fd_write(fd, lineIovec, 1, lineIovec + 8);
  lineLength = 0;
}

/** A line on stdout: the runner's script waits for some of them (`guest says …`). */
export function say(text: string): void {
  append(text);
  writeLine(1);
}

function end(): void {
  writeLine(2);
  proc_exit(1);
  unreachable();
}

/** Ends the guest: what it saw is not what must happen. */
export function fail(text: string): void {
  append('failed: ');
  append(text);
  end();
}

/** A call's errno must be `want`. */
export function errno(call: string, got: i32, want: i32): void {
  if (got === want) return;
  append('failed: ');
  append(call);
  append(' answered ');
  appendErrno(got);
  append(', not ');
  appendErrno(want);
  end();
}

/** A call must succeed. */
export function ok(call: string, got: i32): void {
  errno(call, got, SUCCESS);
}

/** A call's errno must be one of two. */
export function either(call: string, got: i32, one: i32, other: i32): void {
  if (got !== one && got !== other) errno(call, got, one);
}

/** A call must not succeed; which errno it answers is left open. */
export function refused(call: string, got: i32): void {
  if (got !== SUCCESS) return;
  append('failed: ');
  append(call);
  append(' succeeded');
  end();
}

/** A pointer out of bounds: FAULT, or what hosts say in its place, but no success. */
export function outOfBounds(call: string, got: i32): void {
  if (got === FAULT || got === INVAL || got === OVERFLOW || got === NOMEM) return;
  errno(call, got, FAULT);
}

export function equal(what: string, got: u64, want: u64): void {
  if (got === want) return;
  append('failed: ');
  append(what);
  append(' is ');
  appendNumber(got);
  append(', not ');
  appendNumber(want);
  end();
}

export function atLeast(what: string, got: u64, least: u64): void {
  if (got >= least) return;
  append('failed: ');
  append(what);
  append(' is ');
  appendNumber(got);
  append(', less than ');
  appendNumber(least);
  end();
}

// ---- poll_oneoff: a list of subscriptions that stays until clear(), and the events of the last call

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

// ---- Time

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

// ---- Data

/** Points iovec `i` at `length` bytes. */
export function iovec(i: u32, pointer: usize, length: u32): void {
  store<u32>(iovs + 8 * i, <u32>pointer);
  store<u32>(iovs + 8 * i + 4, length);
}

/** Puts a text into the buffer at `offset`; answers its length. */
export function put(text: string, offset: usize = 0): u32 {
  return <u32>String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, buffer + offset);
}

/** The buffer must hold this text at `offset`. */
export function holds(text: string, offset: usize = 0): void {
  for (let i = 0; i < text.length; i++) {
    if (<i32>load<u8>(buffer + offset + i) === text.charCodeAt(i)) continue;
    append('failed: the data differs from "');
    append(text);
    append('"');
    end();
  }
}

// ---- Sockets

/** The n-th listener, by its filetype: hosts disagree about the numbers. */
export function listener(n: i32 = 0): i32 {
  for (let fd = 3; fd < 32; fd++) {
    if (fd_fdstat_get(fd, out + 64) !== SUCCESS) continue;
    if (load<u8>(out + 64) === SOCKET_STREAM && n-- === 0) return fd;
  }
  fail('the guest finds no listener');
  return -1;
}

/** Waits for a connection, by asking again where the listener does not block. */
export function accept(listener: i32, flags: u32 = 0): i32 {
  let status = sock_accept(listener, flags, out);
  while (status === AGAIN) {
    sleep(MS);
    status = sock_accept(listener, flags, out);
  }
  ok('sock_accept', status);
  return load<i32>(out);
}

export function setFlags(fd: i32, flags: u32): void {
  ok('fd_fdstat_set_flags', fd_fdstat_set_flags(fd, flags));
}

/** The next connection, non-blocking. */
export function acceptNonblocking(listener: i32): i32 {
  const fd = accept(listener);
  setFlags(fd, NONBLOCK);
  return fd;
}

/** Reads into the buffer until `length` bytes are there; asks again where nothing is there yet. */
export function readAll(fd: i32, length: u32): void {
  for (let done: u32 = 0; done < length; ) {
    iovec(0, buffer + done, length - done);
    const status = fd_read(fd, iovs, 1, out);
    if (status === AGAIN) {
      sleep(MS);
      continue;
    }
    ok('fd_read', status);
    if (load<u32>(out) === 0) fail('the stream ends too early');
    done += load<u32>(out);
  }
}

/** The next bytes of a stream must be this text. */
export function reads(fd: i32, text: string): void {
  readAll(fd, text.length);
  holds(text);
}

/** The stream must be at its end. */
export function readsEnd(fd: i32): void {
  iovec(0, buffer, 16);
  let status = fd_read(fd, iovs, 1, out);
  while (status === AGAIN) {
    sleep(MS);
    status = fd_read(fd, iovs, 1, out);
  }
  ok('fd_read at the end', status);
  equal('bytes at the end', load<u32>(out), 0);
}

/** Sends a short text whole. */
export function writes(fd: i32, text: string): void {
  const length = put(text);
  iovec(0, buffer, length);
  ok('fd_write', fd_write(fd, iovs, 1, out));
  equal('bytes written', load<u32>(out), length);
}

/** Writes the letter x to a non-blocking stream until it takes no more. Answers how many it took. */
export function fill(fd: i32): u64 {
  memory.fill(buffer, 0x78, 65536);
  let total: u64 = 0;
  // What is on its way to the peer may make room once more: full is what stays full.
  for (let quiet = 0; quiet < 3; ) {
    iovec(0, buffer, 65536);
    const status = fd_write(fd, iovs, 1, out);
    if (status === AGAIN) {
      quiet++;
      sleep(5 * MS);
      continue;
    }
    ok('fd_write', status);
    total += load<u32>(out);
    quiet = 0;
  }
  return total;
}

// ---- Files: /data holds hello.txt ("hello, world\n"), empty, and a folder

/** The preopened directory, by its filetype, also where a listener hides it from a scan. */
export function directory(): i32 {
  for (let fd = 3; fd < 32; fd++) {
    if (fd_prestat_get(fd, out + 64) !== SUCCESS || load<u8>(out + 64) !== 0) continue;
    if (fd_fdstat_get(fd, out + 64) === SUCCESS && load<u8>(out + 64) === DIRECTORY) return fd;
  }
  fail('the guest finds no directory');
  return -1;
}

/** A file of /data, to read and to write. */
export function openFile(name: string): i32 {
  const length = String.UTF8.encodeUnsafe(changetype<usize>(name), name.length, out + 160);
  const folder = directory();
  ok('fd_fdstat_get', fd_fdstat_get(folder, out + 64));
  // fd_read, fd_seek, fd_fdstat_set_flags, fd_tell, fd_write, fd_filestat_get, poll_fd_readwrite; a host
  // may refuse to give what the directory does not hand on.
  const wanted: u64 = 0x2 | 0x4 | 0x8 | 0x20 | 0x40 | 0x200000 | 0x8000000;
  const rights = wanted & load<u64>(out + 64 + 16);
  ok('path_open', path_open(folder, 0, out + 160, <u32>length, 0, rights, 0, 0, out + 120));
  return load<i32>(out + 120);
}

// ---- The runner

const goByte: usize = memory.data(32, 16);

/** Waits for the script's `go`, a byte on standard input. All that the script did before has happened. */
export function go(): void {
  store<u32>(goByte, <u32>goByte + 16);
  store<u32>(goByte + 4, 1);
  for (;;) {
    const status = fd_read(0, goByte, 1, goByte + 8);
    if (status === AGAIN) {
      sleep(MS);
      continue;
    }
    ok('fd_read of standard input', status);
    if (load<u32>(goByte + 8) === 1) return;
    fail('the runner has ended standard input');
  }
}
