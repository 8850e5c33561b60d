// SPDX-License-Identifier: MIT
// The end of the peer's data is readable, as a read of 0 bytes.

import {
  accept,
  expect,
  FD_READ,
  go,
  guarded,
  listener,
  nothingElse,
  poll,
  readsEnd,
  wantRead,
} from '../prelude';

const fd = accept(listener());
go();
wantRead(fd, 1);
guarded();
poll();
expect(1, FD_READ);
nothingElse();
readsEnd(fd);
