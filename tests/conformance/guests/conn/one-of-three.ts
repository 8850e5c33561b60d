// SPDX-License-Identifier: MIT
// Of three connections only the one with data is reported.

import {
  accept,
  expect,
  FD_READ,
  go,
  guarded,
  listener,
  nothingElse,
  poll,
  wantRead,
} from '../prelude';

const l = listener();
for (let i = 1; i <= 3; i++) wantRead(accept(l), i);
guarded();
go();
poll();
expect(2, FD_READ);
nothingElse();
