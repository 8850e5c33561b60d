// SPDX-License-Identifier: MIT
// Of a read and a write subscription to a silent connection only the second is reported.

import {
  accept,
  expect,
  FD_WRITE,
  guarded,
  listener,
  nothingElse,
  poll,
  wantRead,
  wantWrite,
} from '../prelude';

const fd = accept(listener());
wantRead(fd, 1);
wantWrite(fd, 2);
guarded();
poll();
expect(2, FD_WRITE);
nothingElse();
