// SPDX-License-Identifier: MIT
// Data that comes while the guest waits ends the wait.

import {
  accept,
  expect,
  FD_READ,
  guarded,
  listener,
  nothingElse,
  poll,
  reads,
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
reads(fd, 'hello');
