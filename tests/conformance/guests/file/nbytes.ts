// SPDX-License-Identifier: MIT
// The field nbytes of a file is what is left of it.

import {
  equal,
  expect,
  FD_READ,
  guarded,
  nbytesOf,
  openFile,
  poll,
  reads,
  wantRead,
} from '../prelude';

const fd = openFile('hello.txt');
wantRead(fd, 1);
guarded();
poll();
equal('nbytes', nbytesOf(expect(1, FD_READ)), 13);
reads(fd, 'hello');
poll();
equal('nbytes', nbytesOf(expect(1, FD_READ)), 8);
