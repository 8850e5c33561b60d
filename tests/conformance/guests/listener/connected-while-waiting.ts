// SPDX-License-Identifier: MIT
// A connection that comes while the guest waits ends the wait.

import {
  accept,
  expect,
  FD_READ,
  guarded,
  listener,
  nothingElse,
  poll,
  say,
  wantRead,
} from '../prelude';

const l = listener();
say('waiting');
wantRead(l, 1);
guarded();
poll();
expect(1, FD_READ);
nothingElse();
accept(l);
