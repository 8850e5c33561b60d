// SPDX-License-Identifier: MIT
// A deadline in the past and a connection with data are both reported by one call.

import {
  ABSTIME,
  accept,
  CLOCK,
  expect,
  FD_READ,
  go,
  guarded,
  listener,
  MONOTONIC,
  nothingElse,
  now,
  poll,
  wantClock,
  wantRead,
} from '../prelude';

const fd = accept(listener());
go();
wantClock(MONOTONIC, now() - 1, ABSTIME, 1);
wantRead(fd, 2);
guarded();
poll();
expect(1, CLOCK);
expect(2, FD_READ);
nothingElse();
