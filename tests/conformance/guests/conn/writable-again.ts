// SPDX-License-Identifier: MIT
// A full connection becomes ready for writing when the peer reads.

import {
  acceptNonblocking,
  buffer,
  expect,
  FD_WRITE,
  fill,
  guarded,
  iovec,
  iovs,
  listener,
  nothingElse,
  ok,
  out,
  poll,
  say,
  wantWrite,
} from '../prelude';
import { fd_write } from '../wasi_snapshot_preview1';

const fd = acceptNonblocking(listener());
fill(fd);
say('full');
wantWrite(fd, 1);
guarded();
poll();
expect(1, FD_WRITE);
nothingElse();
iovec(0, buffer, 100);
ok('fd_write', fd_write(fd, iovs, 1, out));
