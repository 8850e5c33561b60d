// SPDX-License-Identifier: MIT
// A wait to read one connection and to write another one is ended by each on its own.

import {
  acceptNonblocking,
  expect,
  FD_READ,
  FD_WRITE,
  fill,
  go,
  guarded,
  listener,
  nothingElse,
  poll,
  reads,
  say,
  wantRead,
  wantWrite,
} from '../prelude';

const l = listener();
const a = acceptNonblocking(l);
fill(a);
say('full');
const b = acceptNonblocking(l);
say('both');
go();
wantWrite(a, 1);
wantRead(b, 2);
guarded();
poll();
expect(2, FD_READ);
nothingElse();
reads(b, 'x');
say('read');
poll();
expect(1, FD_WRITE);
nothingElse();
