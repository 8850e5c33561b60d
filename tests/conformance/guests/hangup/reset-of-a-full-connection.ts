// SPDX-License-Identifier: MIT
// A guest that waits only to write to a full connection is woken by its reset.

import {
  acceptNonblocking,
  buffer,
  CONNRESET,
  either,
  FD_WRITE,
  fail,
  fill,
  find,
  guarded,
  iovec,
  iovs,
  listener,
  nothingElse,
  out,
  PIPE,
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
if (find(1, FD_WRITE) === 0) fail('the reset is not reported');
nothingElse();
iovec(0, buffer, 16);
either('fd_write', fd_write(fd, iovs, 1, out), PIPE, CONNRESET);
