// SPDX-License-Identifier: MIT
// A second buffer out of bounds is EFAULT or a trap, also where the data would fit into the first.

import { accept, buffer, go, iovec, iovs, listener, out, outOfBounds } from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
iovec(0, buffer, 64);
iovec(1, 0xfffffff0, 64);
outOfBounds('sock_recv', sock_recv(fd, iovs, 2, 0, out, out + 4));
