// SPDX-License-Identifier: MIT
// Standard input from /dev/null is readable at once, and is at its end.

import {
  buffer,
  equal,
  expect,
  FD_READ,
  guarded,
  iovec,
  iovs,
  nothingElse,
  ok,
  out,
  poll,
  wantRead,
} from '../prelude';
import { fd_read } from '../wasi_snapshot_preview1';

wantRead(0, 1);
guarded();
poll();
expect(1, FD_READ);
nothingElse();
iovec(0, buffer, 16);
ok('fd_read', fd_read(0, iovs, 1, out));
equal('bytes', load<u32>(out), 0);
