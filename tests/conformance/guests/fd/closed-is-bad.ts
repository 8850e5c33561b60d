// SPDX-License-Identifier: MIT
// Each call on a closed connection is EBADF.

import { accept, BADF, buffer, errno, iovec, iovs, listener, ok, out, WR } from '../prelude';
import {
  fd_close,
  fd_fdstat_get,
  fd_read,
  fd_write,
  sock_recv,
  sock_send,
  sock_shutdown,
} from '../wasi_snapshot_preview1';

const fd = accept(listener());
ok('fd_close', fd_close(fd));
iovec(0, buffer, 16);
errno('fd_read', fd_read(fd, iovs, 1, out), BADF);
errno('fd_write', fd_write(fd, iovs, 1, out), BADF);
errno('sock_recv', sock_recv(fd, iovs, 1, 0, out, out + 4), BADF);
errno('sock_send', sock_send(fd, iovs, 1, 0, out), BADF);
errno('sock_shutdown', sock_shutdown(fd, WR), BADF);
errno('fd_fdstat_get', fd_fdstat_get(fd, out), BADF);
