// SPDX-License-Identifier: MIT
// A descriptor that is no longer in the list is not reported, although it is ready.

import {
  accept,
  CLOCK,
  clear,
  equal,
  expect,
  FD_READ,
  go,
  guarded,
  listener,
  MS,
  poll,
  wantRead,
  wantTimeout,
} from '../prelude';

const fd = accept(listener());
go();
wantRead(fd, 1);
guarded();
poll();
expect(1, FD_READ);
clear();
wantTimeout(20 * MS, 2);
equal('events', poll(), 1);
expect(2, CLOCK);
