// SPDX-License-Identifier: MIT
// After a reset, the guest goes on to serve others.

import {
  accept,
  buffer,
  expect,
  FD_READ,
  go,
  guarded,
  iovec,
  iovs,
  listener,
  nothingElse,
  ok,
  out,
  poll,
  reads,
  refused,
  say,
  wantRead,
  writes,
} from '../prelude';
import { fd_close, fd_read } from '../wasi_snapshot_preview1';

const l = listener();
const a = accept(l);
say('accepted');
go();
iovec(0, buffer, 16);
refused('fd_read', fd_read(a, iovs, 1, out));
ok('fd_close', fd_close(a));
wantRead(l, 1);
guarded();
poll();
expect(1, FD_READ);
nothingElse();
const b = accept(l);
reads(b, 'hello');
writes(b, 'hello');
