// SPDX-License-Identifier: MIT
// A reset that comes while the guest waits ends the wait.

import {
  accept,
  FD_READ,
  fail,
  find,
  guarded,
  listener,
  nothingElse,
  poll,
  say,
  wantRead,
} from '../prelude';

const fd = accept(listener());
say('waiting');
wantRead(fd, 1);
guarded();
poll();
if (find(1, FD_READ) === 0) fail('the reset is not reported');
nothingElse();
