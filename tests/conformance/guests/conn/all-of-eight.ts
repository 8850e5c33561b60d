// SPDX-License-Identifier: MIT
// Eight connections with data are all reported by one call.

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
for (let i = 1; i <= 8; i++) wantRead(accept(l), i);
guarded();
go();
poll();
for (let i = 1; i <= 8; i++) expect(i, FD_READ);
nothingElse();
