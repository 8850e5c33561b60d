// SPDX-License-Identifier: MIT
// A descriptor may be subscribed to several times, and each subscription has its event.

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

const fd = accept(listener());
go();
for (let i = 1; i <= 3; i++) wantRead(fd, i);
guarded();
poll();
for (let i = 1; i <= 3; i++) expect(i, FD_READ);
nothingElse();
