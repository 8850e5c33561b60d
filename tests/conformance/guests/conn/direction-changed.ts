// SPDX-License-Identifier: MIT
// A subscription that is changed in place from reading to writing and back counts as it is now.

import {
  accept,
  CLOCK,
  equal,
  expect,
  FD_READ,
  FD_WRITE,
  listener,
  MS,
  poll,
  putFd,
  subscriptions,
  wantRead,
  wantTimeout,
} from '../prelude';

const fd = accept(listener());
wantRead(fd, 1);
wantTimeout(5 * MS, 2);
equal('events', poll(), 1);
expect(2, CLOCK);
putFd(subscriptions, FD_WRITE, fd, 1);
poll();
expect(1, FD_WRITE);
putFd(subscriptions, FD_READ, fd, 1);
equal('events', poll(), 1);
expect(2, CLOCK);
