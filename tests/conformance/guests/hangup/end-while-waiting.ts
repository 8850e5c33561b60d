// SPDX-License-Identifier: MIT
// An end that comes while the guest waits ends the wait.

import {
  accept,
  expect,
  FD_READ,
  guarded,
  listener,
  nothingElse,
  poll,
  readsEnd,
  say,
  wantRead,
} from '../prelude';

const fd = accept(listener());
say('waiting');
wantRead(fd, 1);
guarded();
poll();
expect(1, FD_READ);
nothingElse();
readsEnd(fd);
