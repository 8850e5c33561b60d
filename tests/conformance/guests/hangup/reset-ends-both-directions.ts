// SPDX-License-Identifier: MIT
// A reset ends the wait for either direction, also on a connection that was full.

import {
  acceptNonblocking,
  FD_READ,
  FD_WRITE,
  fail,
  fill,
  find,
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
if (find(1, FD_READ) === 0) fail('no event for reading');
if (find(2, FD_WRITE) === 0) fail('no event for writing');
nothingElse();
