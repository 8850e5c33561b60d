// SPDX-License-Identifier: MIT
// After a shutdown of reading a subscription to read is ready at once.

import {
  accept,
  expect,
  FD_READ,
  guarded,
  listener,
  nothingElse,
  ok,
  poll,
  RD,
  wantRead,
} from '../prelude';
import { sock_shutdown } from '../wasi_snapshot_preview1';

const fd = accept(listener());
ok('sock_shutdown', sock_shutdown(fd, RD));
wantRead(fd, 1);
guarded();
poll();
expect(1, FD_READ);
nothingElse();
