// SPDX-License-Identifier: MIT
// A count of buffers whose size overflows 32 bits, 2^29, is refused: no success, no crash.

import { accept, buffer, go, iovec, iovs, listener, out, refused } from '../prelude';
import { fd_read } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
iovec(0, buffer, 5);
refused('fd_read', fd_read(fd, iovs, 1 << 29, out));
