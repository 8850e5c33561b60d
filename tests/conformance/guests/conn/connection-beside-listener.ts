// SPDX-License-Identifier: MIT
// Data on a connection does not make the listener ready, nor the other way round.

import {
  acceptNonblocking,
  expect,
  FD_READ,
  go,
  guarded,
  listener,
  nothingElse,
  poll,
  reads,
  say,
  wantRead,
} from '../prelude';

const l = listener();
const fd = acceptNonblocking(l);
wantRead(l, 1);
wantRead(fd, 2);
guarded();
say('accepted');
go();
poll();
expect(2, FD_READ);
nothingElse();
reads(fd, 'x');
say('read');
go();
poll();
expect(1, FD_READ);
nothingElse();
