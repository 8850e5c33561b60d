// SPDX-License-Identifier: MIT
// A connection that is made non-blocking answers EAGAIN.

import {
  AGAIN,
  accept,
  buffer,
  errno,
  iovec,
  iovs,
  listener,
  NONBLOCK,
  out,
  setFlags,
} from '../prelude';
import { fd_read } from '../wasi_snapshot_preview1';

const fd = accept(listener());
setFlags(fd, NONBLOCK);
iovec(0, buffer, 16);
errno('fd_read', fd_read(fd, iovs, 1, out), AGAIN);
