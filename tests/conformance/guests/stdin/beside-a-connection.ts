// SPDX-License-Identifier: MIT
// Of a silent pipe and a connection with data only the second is reported, and the other way round.

import {
  acceptNonblocking,
  expect,
  FD_READ,
  guarded,
  listener,
  nothingElse,
  poll,
  reads,
  say,
  wantRead,
} from '../prelude';

const fd = acceptNonblocking(listener());
wantRead(0, 1);
wantRead(fd, 2);
guarded();
poll();
expect(2, FD_READ);
nothingElse();
reads(fd, 'x');
say('read');
poll();
expect(1, FD_READ);
nothingElse();
