// SPDX-License-Identifier: MIT
// The field nbytes is 0 where the peer has ended and all was read.

import {
  accept,
  equal,
  expect,
  FD_READ,
  go,
  guarded,
  listener,
  nbytesOf,
  poll,
  wantRead,
} from '../prelude';

wantRead(accept(listener()), 1);
guarded();
go();
poll();
equal('nbytes', nbytesOf(expect(1, FD_READ)), 0);
