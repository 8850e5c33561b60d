// SPDX-License-Identifier: MIT
// A poll leaves the pipe as it is: a read after it waits for data, and is not EAGAIN.

import {
  buffer,
  equal,
  iovec,
  iovs,
  MS,
  ok,
  out,
  poll,
  say,
  wantRead,
  wantTimeout,
} from '../prelude';
import { fd_read } from '../wasi_snapshot_preview1';

wantRead(0, 1);
wantTimeout(5 * MS, 2);
poll();
say('reading');
iovec(0, buffer, 5);
ok('fd_read', fd_read(0, iovs, 1, out));
equal('bytes', load<u32>(out), 5);
