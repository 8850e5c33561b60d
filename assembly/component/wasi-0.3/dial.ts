// SPDX-License-Identifier: MIT
// Connections that the guest dials, by opening /dev/tcp/NAME: the descriptor is there at once. Its next step is made when
// the host's call has ended, in poll_oneoff, or by the guest's first use.

import { Address, setHost } from '../address';
import { Descriptor, Dialing, Kind } from '../descriptor';
import { ANSWER, give, take } from '../memory';
import { Errno, FdFlags, FileType } from '../preview1';
import { create, insert } from '../table';
import * as sockets from '../wasi/sockets';
import { errnoOfLookup, errnoOfSocket } from './errors';
import { cancelCall, letHostRun, noteCall, waitForEvent } from './waiting';

/** What dialing needs while it lasts: the descriptor's `name` is its address. */
@unmanaged
class Dial extends Address {
  /** Addresses of the name, how many, and which is next. */
  list: usize;
  count: i32;
  next: i32;
}

/** Bytes of an ip-address. */
const ADDRESS: usize = 18;
/** Behind the class: where the call's answer is put, and its arguments. */
const CALL_ANSWER: usize = (offsetof<Dial>() + 7) & ~7;
const CALL: usize = CALL_ANSWER + 24;
const SIZE: usize = CALL + 40;

function dialOf(d: Descriptor): Dial {
  return changetype<Dial>(d.name);
}

/** No further step: `error` is what each use answers. */
function end(d: Descriptor, state: Dialing, error: i32): void {
  const dial = dialOf(d);
  cancelCall(d);
  if (dial.list != 0) give(dial.list, <usize>dial.count * ADDRESS);
  give(d.name, SIZE);
  d.name = 0;
  d.dialing = state;
  d.error = error;
}

/** Writes the socket and the address as connectLater wants them. */
function putCall(to: usize, socket: i32, a: Address): void {
  store<i32>(to, socket);
  store<u8>(to, a.family, 4);
  store<u16>(to, a.port, 8);
  if (a.family == 0) {
    store<u8>(to, a.w1, 10);
    store<u8>(to, a.w2, 11);
    store<u8>(to, a.w3, 12);
    store<u8>(to, a.w4, 13);
    return;
  }
  store<i32>(to, a.w1, 12);
  for (let i: usize = 0; i < 8; i++)
    store<u16>(
      to + (i << 1),
      load<u16>(changetype<usize>(a) + offsetof<Address>('w2') + (i << 2)),
      16,
    );
  store<i32>(to, a.w10, 32);
}

/** Begins to connect. A failure is that of this address, and the name may have another one. */
function connect(d: Descriptor): void {
  const a = dialOf(d);
  if (d.handle != 0) sockets.dropSocket(d.handle);
  d.handle = 0;
  d.dialing = Dialing.CONNECTING;
  sockets.createSocket(a.family, ANSWER);
  if (load<u8>(ANSWER) != 0) {
    nextAddress(d, errnoOfSocket(ANSWER + 4));
    return;
  }
  d.handle = load<i32>(ANSWER, 4);
  putCall(d.name + CALL, d.handle, a);
  noteCall(d, sockets.connectLater(d.name + CALL, d.name + CALL_ANSWER));
}

/** Takes the next address of a name; `error` is told where there is none. */
function nextAddress(d: Descriptor, error: i32): void {
  const dial = dialOf(d);
  if (dial.next == dial.count) {
    end(d, Dialing.FAILED, error);
    return;
  }
  setHost(dial, dial.list + <usize>dial.next * ADDRESS);
  dial.next++;
  connect(d);
}

/** The step behind a call that has ended. */
function step(d: Descriptor): void {
  const dial = dialOf(d);
  const answer = d.name + CALL_ANSWER;
  const hasFailed = load<u8>(answer) != 0;
  if (d.dialing == Dialing.CONNECTING) {
    if (hasFailed) nextAddress(d, errnoOfSocket(answer + 4));
    else end(d, Dialing.OPEN, Errno.SUCCESS);
  } else if (hasFailed) {
    end(d, Dialing.FAILED, errnoOfLookup(answer + 4));
  } else {
    dial.list = load<usize>(answer, 4);
    dial.count = load<i32>(answer, 8);
    nextAddress(d, Errno.HOSTUNREACH);
  }
}

/** Makes the steps that can be made; true once there is a connection, or a failure. */
export function isDialed(d: Descriptor): bool {
  while (d.dialing == Dialing.RESOLVING || d.dialing == Dialing.CONNECTING) {
    if (d.inputPending) return false;
    step(d);
  }
  return true;
}

/** Before a use: SUCCESS where there is a connection, its error where it failed; waits, or AGAIN. */
export function advance(d: Descriptor): i32 {
  if (d.dialing == Dialing.OPEN) return Errno.SUCCESS;
  if (!isDialed(d)) {
    if ((d.flags & FdFlags.NONBLOCK) == 0) {
      do waitForEvent();
      while (!isDialed(d));
    } else {
      letHostRun();
      if (!isDialed(d)) return Errno.AGAIN;
    }
  }
  return d.dialing == Dialing.FAILED ? d.error : Errno.SUCCESS;
}

/** Dials; the number of the descriptor. */
export function dial(address: Address, flags: i32): i32 {
  const d = create(Kind.CONNECTION);
  d.fileType = FileType.SOCKET_STREAM;
  d.flags = <u16>flags;
  d.name = take(SIZE);
  memory.fill(d.name, 0, SIZE);
  memory.copy(d.name, changetype<usize>(address), offsetof<Address>());
  const fd = insert(d);
  if (!address.isName) {
    connect(d);
    return fd;
  }
  d.dialing = Dialing.RESOLVING;
  noteCall(d, sockets.resolveLater(address.host, address.hostLength, d.name + CALL_ANSWER));
  return fd;
}

/** Gives up a connection that is not there yet. */
export function hangUp(d: Descriptor): void {
  if (d.name != 0) end(d, Dialing.FAILED, Errno.BADF);
}
