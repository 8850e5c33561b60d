// SPDX-License-Identifier: MIT
// A buffer out of bounds is EFAULT or a trap, and never a success.

import { accept, go, iovec, iovs, listener, out, outOfBounds } from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
iovec(0, 0xfffffff0, 64);
outOfBounds('sock_recv', sock_recv(fd, iovs, 1, 0, out, out + 4));
