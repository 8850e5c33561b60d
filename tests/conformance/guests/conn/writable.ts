// SPDX-License-Identifier: MIT
// A new connection is ready for writing.

import {
  accept,
  expect,
  FD_WRITE,
  guarded,
  listener,
  nothingElse,
  poll,
  wantWrite,
} from '../prelude';

wantWrite(accept(listener()), 1);
guarded();
poll();
expect(1, FD_WRITE);
nothingElse();
