// SPDX-License-Identifier: MIT
// A file and a connection with data are both reported by one call.

import {
  accept,
  expect,
  FD_READ,
  go,
  guarded,
  listener,
  nothingElse,
  openFile,
  poll,
  wantRead,
} from '../prelude';

const fd = accept(listener());
go();
wantRead(openFile('hello.txt'), 1);
wantRead(fd, 2);
guarded();
poll();
expect(1, FD_READ);
expect(2, FD_READ);
nothingElse();
