// SPDX-License-Identifier: MIT
// A list that is built anew for each call, in another order and length, gives what is so at that moment.

import {
  acceptNonblocking,
  clear,
  expect,
  FD_READ,
  FD_WRITE,
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
const b = acceptNonblocking(l);
go();
wantRead(l, 1);
wantRead(a, 2);
wantRead(b, 3);
guarded();
poll();
expect(2, FD_READ);
nothingElse();
reads(a, 'one');
say('one');
go();
clear();
guarded();
wantRead(b, 3);
wantWrite(a, 4);
wantRead(a, 2);
poll();
expect(3, FD_READ);
expect(4, FD_WRITE);
nothingElse();
