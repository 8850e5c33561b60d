// SPDX-License-Identifier: MIT
// To read or write a connection at an offset is ESPIPE, and nothing is sent.

import { accept, buffer, errno, iovec, iovs, listener, out, put, SPIPE, writes } from '../prelude';
import { fd_pread, fd_pwrite } from '../wasi_snapshot_preview1';

const fd = accept(listener());
iovec(0, buffer, put('dirty'));
errno('fd_pread', fd_pread(fd, iovs, 1, 0, out), SPIPE);
errno('fd_pwrite', fd_pwrite(fd, iovs, 1, 0, out), SPIPE);
writes(fd, 'clean');
