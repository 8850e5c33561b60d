// SPDX-License-Identifier: MIT
// Data that came before the end is read before it.

import {
  accept,
  expect,
  FD_READ,
  go,
  guarded,
  listener,
  poll,
  reads,
  readsEnd,
  wantRead,
} from '../prelude';

const fd = accept(listener());
go();
wantRead(fd, 1);
guarded();
poll();
expect(1, FD_READ);
reads(fd, 'last ');
poll();
expect(1, FD_READ);
reads(fd, 'words');
poll();
expect(1, FD_READ);
readsEnd(fd);
