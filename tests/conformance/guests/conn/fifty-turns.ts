// SPDX-License-Identifier: MIT
// Fifty turns of a dialogue, with a poll before each read, lose no wake-up.

import {
  acceptNonblocking,
  buffer,
  equal,
  expect,
  FD_READ,
  guarded,
  iovec,
  iovs,
  listener,
  nothingElse,
  ok,
  out,
  poll,
  say,
  wantRead,
} from '../prelude';
import { fd_read, fd_write } from '../wasi_snapshot_preview1';

const fd = acceptNonblocking(listener());
say('start');
wantRead(fd, 1);
guarded();
for (let turn = 0; turn < 50; turn++) {
  poll();
  expect(1, FD_READ);
  nothingElse();
  iovec(0, buffer, 1);
  ok('fd_read', fd_read(fd, iovs, 1, out));
  equal('bytes', load<u32>(out), 1);
  ok('fd_write', fd_write(fd, iovs, 1, out));
}
