// SPDX-License-Identifier: MIT
// `dial-many COUNT`: dials itself so often at once, on fd 3 as /dev/tcp/self, and asks in polls that do not wait for both
// directions of all: first each to read, then each to write. Says how many are
// connected when all are.

import { args, Errno, errnoName, fatal, log } from 'pollux/assembly';
import {
  CLOCK_MONOTONIC,
  EVENT_CLOCK,
  EVENT_FD_READ,
  EVENT_FD_WRITE,
  EVENT_SIZE,
  FD_NONBLOCK,
  SUBSCRIPTION_SIZE,
} from 'pollux/assembly/wasi/records';
import { path_open, poll_oneoff } from 'pollux/assembly/wasi/wasi_snapshot_preview1';

const DEVICES = 4;

const count = <i32>I32.parseInt(args()[1]);
const total = 2 * count + 1;
const subs = heap.alloc(<usize>total * SUBSCRIPTION_SIZE);
const events = heap.alloc(<usize>total * EVENT_SIZE);
const result = memory.data(8, 8);

function subscribe(slot: i32, type: u8, fd: i32): void {
  const at = subs + <usize>slot * SUBSCRIPTION_SIZE;
  memory.fill(at, 0, SUBSCRIPTION_SIZE);
  store<u64>(at, slot);
  store<u8>(at, type, 8);
  store<u32>(at, fd, 16);
}

function poll(): i32 {
  const status = poll_oneoff(subs, events, total, result);
  if (status != Errno.SUCCESS) fatal(`poll_oneoff: ${errnoName(status)}`);
  return load<i32>(result);
}

const name = String.UTF8.encode('tcp/self');
function dial(): i32 {
  // biome-ignore format: the parameters of preview 1
  const status = path_open(DEVICES, 0, changetype<usize>(name), name.byteLength, 0, 0x42, 0, FD_NONBLOCK, result);
  if (status != Errno.SUCCESS) fatal(`path_open: ${errnoName(status)}`);
  return load<i32>(result);
}

/** How many can be written to by the poll that was made. */
function connectedOf(told: i32): i32 {
  let connected = 0;
  for (let i = 0; i < told; i++) {
    const event = events + <usize>i * EVENT_SIZE;
    if (load<u16>(event, 8) != Errno.SUCCESS) fatal(errnoName(load<u16>(event, 8)));
    if (load<u8>(event, 10) == EVENT_FD_WRITE) connected++;
  }
  return connected;
}

// A clock that is due, so that no poll waits.
subscribe(total - 1, EVENT_CLOCK, CLOCK_MONOTONIC);
for (let i = 0; i < count; i++) {
  const fd = dial();
  subscribe(i, EVENT_FD_READ, fd);
  subscribe(count + i, EVENT_FD_WRITE, fd);
}
let connected: i32;
do {
  connected = connectedOf(poll());
} while (connected < count);
log(`${connected} connected`);
