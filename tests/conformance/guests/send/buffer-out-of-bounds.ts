// SPDX-License-Identifier: MIT
// A buffer out of bounds is EFAULT or a trap, and nothing is sent.

import { accept, iovec, iovs, listener, ok, out, outOfBounds } from '../prelude';
import { fd_close, sock_send } from '../wasi_snapshot_preview1';

const fd = accept(listener());
iovec(0, 0xfffffff0, 64);
outOfBounds('sock_send', sock_send(fd, iovs, 1, 0, out));
ok('fd_close', fd_close(fd));
