// SPDX-License-Identifier: MIT
// The flags are those of the new descriptor: with NONBLOCK a read of nothing is EAGAIN.

import {
  AGAIN,
  accept,
  buffer,
  equal,
  errno,
  go,
  iovec,
  iovs,
  listener,
  NONBLOCK,
  ok,
  out,
} from '../prelude';
import { fd_fdstat_get, fd_read } from '../wasi_snapshot_preview1';

go();
const fd = accept(listener(), NONBLOCK);
ok('fd_fdstat_get', fd_fdstat_get(fd, out));
equal('flags', load<u16>(out + 2), NONBLOCK);
iovec(0, buffer, 16);
errno('fd_read', fd_read(fd, iovs, 1, out), AGAIN);
