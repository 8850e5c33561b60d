// SPDX-License-Identifier: MIT
// Of a silent terminal and a connection with data only the second is reported.

import {
  accept,
  expect,
  FD_READ,
  guarded,
  listener,
  nothingElse,
  poll,
  wantRead,
} from '../prelude';

const fd = accept(listener());
wantRead(0, 1);
wantRead(fd, 2);
guarded();
poll();
expect(2, FD_READ);
nothingElse();
