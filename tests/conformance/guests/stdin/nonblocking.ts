// SPDX-License-Identifier: MIT
// A pipe that is made non-blocking, as Go does at its start, answers EAGAIN, and can still be waited for.

import {
  AGAIN,
  buffer,
  equal,
  errno,
  expect,
  FD_READ,
  guarded,
  iovec,
  iovs,
  NONBLOCK,
  nothingElse,
  ok,
  out,
  poll,
  say,
  setFlags,
  wantRead,
} from '../prelude';
import { fd_read } from '../wasi_snapshot_preview1';

setFlags(0, NONBLOCK);
iovec(0, buffer, 5);
errno('fd_read', fd_read(0, iovs, 1, out), AGAIN);
say('again');
wantRead(0, 1);
guarded();
poll();
expect(1, FD_READ);
nothingElse();
ok('fd_read', fd_read(0, iovs, 1, out));
equal('bytes', load<u32>(out), 5);
