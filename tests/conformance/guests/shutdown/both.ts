// SPDX-License-Identifier: MIT
// A shutdown of both directions ends both.

import {
  accept,
  buffer,
  errno,
  go,
  iovec,
  iovs,
  listener,
  ok,
  out,
  PIPE,
  RD,
  readsEnd,
  WR,
  writes,
} from '../prelude';
import { fd_write, sock_shutdown } from '../wasi_snapshot_preview1';

const fd = accept(listener());
writes(fd, 'bye');
ok('sock_shutdown', sock_shutdown(fd, RD | WR));
readsEnd(fd);
iovec(0, buffer, 5);
errno('fd_write', fd_write(fd, iovs, 1, out), PIPE);
go();
