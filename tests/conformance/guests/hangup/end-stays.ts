// SPDX-License-Identifier: MIT
// An end stays readable after it was read.

import {
  accept,
  expect,
  FD_READ,
  go,
  guarded,
  listener,
  nothingElse,
  poll,
  readsEnd,
  wantRead,
} from '../prelude';

const fd = accept(listener());
go();
wantRead(fd, 1);
guarded();
for (let i = 0; i < 3; i++) {
  poll();
  expect(1, FD_READ);
  nothingElse();
  readsEnd(fd);
}
