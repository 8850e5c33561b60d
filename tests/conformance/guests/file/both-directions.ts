// SPDX-License-Identifier: MIT
// A regular file is ready in both directions in one call.

import {
  expect,
  FD_READ,
  FD_WRITE,
  guarded,
  nothingElse,
  openFile,
  poll,
  wantRead,
  wantWrite,
} from '../prelude';

const fd = openFile('hello.txt');
wantRead(fd, 1);
wantWrite(fd, 2);
guarded();
poll();
expect(1, FD_READ);
expect(2, FD_WRITE);
nothingElse();
