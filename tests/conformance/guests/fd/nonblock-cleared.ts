// SPDX-License-Identifier: MIT
// A connection that is made blocking again waits.

import {
  accept,
  buffer,
  equal,
  iovec,
  iovs,
  listener,
  NONBLOCK,
  ok,
  out,
  say,
  setFlags,
} from '../prelude';
import { fd_read } from '../wasi_snapshot_preview1';

const fd = accept(listener(), NONBLOCK);
setFlags(fd, 0);
say('reading');
iovec(0, buffer, 16);
ok('fd_read', fd_read(fd, iovs, 1, out));
equal('bytes', load<u32>(out), 5);
