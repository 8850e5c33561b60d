// SPDX-License-Identifier: MIT
// A buffer whose length is 2^32-1 is refused: no success, no crash.

import { accept, buffer, go, iovec, iovs, listener, out, outOfBounds } from '../prelude';
import { fd_read } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
iovec(0, buffer, 0xffffffff);
outOfBounds('fd_read', fd_read(fd, iovs, 1, out));
