// SPDX-License-Identifier: MIT
// A reset connection is readable: the read tells what happened.

import {
  accept,
  buffer,
  CONNRESET,
  errno,
  FD_READ,
  fail,
  find,
  go,
  guarded,
  iovec,
  iovs,
  listener,
  out,
  poll,
  say,
  wantRead,
} from '../prelude';
import { fd_read } from '../wasi_snapshot_preview1';

const fd = accept(listener());
say('accepted');
go();
wantRead(fd, 1);
guarded();
poll();
if (find(1, FD_READ) === 0) fail('the reset is not reported');
iovec(0, buffer, 16);
errno('fd_read', fd_read(fd, iovs, 1, out), CONNRESET);
