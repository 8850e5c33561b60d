// SPDX-License-Identifier: MIT
// A subscription whose userdata is changed in place is reported with the new one.

import {
  accept,
  expect,
  FD_READ,
  go,
  guarded,
  listener,
  nothingElse,
  poll,
  subscriptions,
  wantRead,
} from '../prelude';

const fd = accept(listener());
go();
wantRead(fd, 1);
guarded();
poll();
expect(1, FD_READ);
store<u64>(subscriptions, 2);
poll();
expect(2, FD_READ);
nothingElse();
