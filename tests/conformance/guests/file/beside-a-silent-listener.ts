// SPDX-License-Identifier: MIT
// Of a file and a silent listener only the file is reported.

import {
  expect,
  FD_READ,
  guarded,
  listener,
  nothingElse,
  openFile,
  poll,
  wantRead,
} from '../prelude';

wantRead(listener(), 1);
wantRead(openFile('hello.txt'), 2);
guarded();
poll();
expect(2, FD_READ);
nothingElse();
