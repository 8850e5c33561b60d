// SPDX-License-Identifier: MIT
// To receive from a silent non-blocking connection is EAGAIN.

import { AGAIN, acceptNonblocking, buffer, errno, iovec, iovs, listener, out } from '../prelude';
import { fd_read, sock_recv } from '../wasi_snapshot_preview1';

const fd = acceptNonblocking(listener());
iovec(0, buffer, 100);
errno('sock_recv', sock_recv(fd, iovs, 1, 0, out, out + 4), AGAIN);
errno('fd_read', fd_read(fd, iovs, 1, out), AGAIN);
