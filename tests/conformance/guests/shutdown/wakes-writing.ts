// SPDX-License-Identifier: MIT
// After a shutdown of writing a subscription to write is ready: the write would not block, but fail.

import {
  accept,
  expect,
  FD_WRITE,
  guarded,
  listener,
  nothingElse,
  ok,
  poll,
  WR,
  wantWrite,
} from '../prelude';
import { sock_shutdown } from '../wasi_snapshot_preview1';

const fd = accept(listener());
ok('sock_shutdown', sock_shutdown(fd, WR));
wantWrite(fd, 1);
guarded();
poll();
expect(1, FD_WRITE);
nothingElse();
