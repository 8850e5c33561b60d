// SPDX-License-Identifier: MIT
// Each call on a descriptor that was never open is EBADF.

import { BADF, buffer, errno, iovec, iovs, NONBLOCK, out } from '../prelude';
import {
  fd_close,
  fd_fdstat_get,
  fd_fdstat_set_flags,
  fd_prestat_get,
  fd_read,
  fd_write,
} from '../wasi_snapshot_preview1';

iovec(0, buffer, 16);
errno('fd_read', fd_read(99, iovs, 1, out), BADF);
errno('fd_write', fd_write(99, iovs, 1, out), BADF);
errno('fd_close', fd_close(99), BADF);
errno('fd_fdstat_get', fd_fdstat_get(99, out), BADF);
errno('fd_fdstat_set_flags', fd_fdstat_set_flags(99, NONBLOCK), BADF);
errno('fd_prestat_get', fd_prestat_get(99, out), BADF);
