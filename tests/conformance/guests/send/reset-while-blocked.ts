// SPDX-License-Identifier: MIT
// A reset wakes a guest that waits for room: the write, or the one after it, is EPIPE or ECONNRESET.

import {
  accept,
  buffer,
  CONNRESET,
  either,
  iovec,
  iovs,
  listener,
  out,
  PIPE,
  SUCCESS,
  say,
  setFlags,
} from '../prelude';
import { fd_write } from '../wasi_snapshot_preview1';

const fd = accept(listener());
setFlags(fd, 0);
say('sending');
let status = SUCCESS;
// More than any buffer on the way holds: at some point it blocks.
for (let i = 0; i < 1000 && status === SUCCESS; i++) {
  iovec(0, buffer, 65536);
  status = fd_write(fd, iovs, 1, out);
}
either('fd_write', status, PIPE, CONNRESET);
