// SPDX-License-Identifier: MIT
// Read and write subscriptions with the same userdata, as mio makes them, are told apart by the type.

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
wantRead(fd, 7);
wantWrite(fd, 7);
guarded();
poll();
expect(7, FD_READ);
expect(7, FD_WRITE);
nothingElse();
