// SPDX-License-Identifier: MIT
// After the guest has shut down its writing, to send is EPIPE.

import { accept, buffer, errno, iovec, iovs, listener, ok, out, PIPE, put, WR } from '../prelude';
import { fd_write, sock_send, sock_shutdown } from '../wasi_snapshot_preview1';

const fd = accept(listener());
ok('sock_shutdown', sock_shutdown(fd, WR));
iovec(0, buffer, put('hello'));
errno('sock_send', sock_send(fd, iovs, 1, 0, out), PIPE);
errno('fd_write', fd_write(fd, iovs, 1, out), PIPE);
