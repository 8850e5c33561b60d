// SPDX-License-Identifier: MIT
// Of a read and a write subscription to a full connection with data only the first is reported.

import {
  acceptNonblocking,
  expect,
  FD_READ,
  fill,
  go,
  guarded,
  listener,
  nothingElse,
  poll,
  say,
  wantRead,
  wantWrite,
} from '../prelude';

const fd = acceptNonblocking(listener());
fill(fd);
say('full');
go();
wantRead(fd, 1);
wantWrite(fd, 2);
guarded();
poll();
expect(1, FD_READ);
nothingElse();
