// SPDX-License-Identifier: MIT
// To write to a listener is ENOTCONN or EPIPE.

import { buffer, either, iovec, iovs, listener, NOTCONN, out, PIPE } from '../prelude';
import { fd_write } from '../wasi_snapshot_preview1';

iovec(0, buffer, 16);
either('fd_write', fd_write(listener(), iovs, 1, out), NOTCONN, PIPE);
