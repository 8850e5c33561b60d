// SPDX-License-Identifier: MIT
// Among 300 connections the one that has data is reported alone, again and again.

import {
  acceptNonblocking,
  buffer,
  equal,
  events,
  listener,
  poll,
  reads,
  wantRead,
  writes,
} from '../prelude';

const COUNT = 300;
const l = listener();
const fds = buffer + 32768;
for (let i = 0; i < COUNT; i++) {
  const fd = acceptNonblocking(l);
  store<i32>(fds + 4 * i, fd);
  wantRead(fd, i);
}
for (let turn = 0; turn < 2; turn++) {
  equal('events', poll(), 1);
  const fd = load<i32>(fds + 4 * <usize>load<u64>(events));
  reads(fd, 'ping');
  writes(fd, 'pong');
}
