// SPDX-License-Identifier: MIT
// A list of buffers out of bounds is EFAULT or a trap.

import { accept, go, listener, out, outOfBounds } from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
outOfBounds('sock_recv', sock_recv(fd, 0xfffffff8, 4, 0, out, out + 4));
