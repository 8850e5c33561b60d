// SPDX-License-Identifier: MIT
// A bad descriptor in the middle of the list spoils none of its neighbours.

import {
  accept,
  BADF,
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
const a = accept(l);
const b = accept(l);
go();
wantRead(a, 1);
wantRead(1234, 2);
wantRead(b, 3);
guarded();
poll();
expect(1, FD_READ);
expect(2, FD_READ, BADF);
expect(3, FD_READ);
nothingElse();
