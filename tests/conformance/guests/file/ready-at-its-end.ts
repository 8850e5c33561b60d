// SPDX-License-Identifier: MIT
// A regular file is readable at its end, too: the read gives 0 bytes and does not wait.

import {
  expect,
  FD_READ,
  guarded,
  nothingElse,
  openFile,
  poll,
  reads,
  readsEnd,
  wantRead,
} from '../prelude';

const fd = openFile('hello.txt');
reads(fd, 'hello, world\n');
wantRead(fd, 1);
guarded();
poll();
expect(1, FD_READ);
nothingElse();
readsEnd(fd);
