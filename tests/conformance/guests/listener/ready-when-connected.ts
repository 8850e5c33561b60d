// SPDX-License-Identifier: MIT
// A listener with a connection in its queue is readable.

import {
  accept,
  expect,
  FD_READ,
  go,
  guarded,
  listener,
  nothingElse,
  poll,
  wantRead,
} from '../prelude';

go();
const l = listener();
wantRead(l, 1);
guarded();
poll();
expect(1, FD_READ);
nothingElse();
accept(l);
