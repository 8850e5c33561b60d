// SPDX-License-Identifier: MIT
// A reset in the middle of what the guest writes ends the writing with EPIPE or ECONNRESET, and no wait lasts for ever.

import {
  AGAIN,
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
  out,
  PIPE,
  poll,
  SUCCESS,
  say,
  wantWrite,
} from '../prelude';
import { fd_write } from '../wasi_snapshot_preview1';

const fd = acceptNonblocking(listener());
fill(fd);
say('full');
wantWrite(fd, 1);
guarded();
for (;;) {
  poll();
  if (find(1, FD_WRITE) === 0) fail('the wait for room does not end');
  iovec(0, buffer, 65536);
  const status = fd_write(fd, iovs, 1, out);
  if (status === SUCCESS || status === AGAIN) continue;
  either('fd_write', status, PIPE, CONNRESET);
  break;
}
