// SPDX-License-Identifier: MIT
// A connection that is ready in both directions has an event for each subscription.

import {
  accept,
  expect,
  FD_READ,
  FD_WRITE,
  go,
  guarded,
  listener,
  nothingElse,
  poll,
  wantRead,
  wantWrite,
} from '../prelude';

const fd = accept(listener());
go();
wantRead(fd, 1);
wantWrite(fd, 2);
guarded();
poll();
expect(1, FD_READ);
expect(2, FD_WRITE);
nothingElse();
