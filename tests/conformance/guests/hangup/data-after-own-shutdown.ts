// SPDX-License-Identifier: MIT
// A guest that has ended its own direction still gets what the peer sends.

import {
  accept,
  expect,
  FD_READ,
  guarded,
  listener,
  nothingElse,
  ok,
  poll,
  reads,
  readsEnd,
  WR,
  wantRead,
} from '../prelude';
import { sock_shutdown } from '../wasi_snapshot_preview1';

const fd = accept(listener());
ok('sock_shutdown', sock_shutdown(fd, WR));
wantRead(fd, 1);
guarded();
poll();
expect(1, FD_READ);
nothingElse();
reads(fd, 'still here');
readsEnd(fd);
