// SPDX-License-Identifier: MIT
// A refused receive leaves the data for the next call.

import { accept, buffer, go, iovec, iovs, listener, out, outOfBounds, reads } from '../prelude';
import { fd_read } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
iovec(0, 0xfffffff0, 64);
outOfBounds('fd_read', fd_read(fd, iovs, 1, out));
iovec(0, buffer, 64);
outOfBounds('fd_read with a bad result', fd_read(fd, iovs, 1, 0xfffffffe));
reads(fd, 'hello');
