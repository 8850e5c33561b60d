// SPDX-License-Identifier: MIT
// A connection with data is readable.

import {
  accept,
  expect,
  FD_READ,
  go,
  guarded,
  listener,
  nothingElse,
  poll,
  reads,
  wantRead,
} from '../prelude';

const fd = accept(listener());
go();
wantRead(fd, 1);
guarded();
poll();
expect(1, FD_READ);
nothingElse();
reads(fd, 'hello');
