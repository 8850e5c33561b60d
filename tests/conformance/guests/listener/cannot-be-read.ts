// SPDX-License-Identifier: MIT
// To read from a listener is ENOTCONN.

import { buffer, errno, iovec, iovs, listener, NOTCONN, out } from '../prelude';
import { fd_read } from '../wasi_snapshot_preview1';

iovec(0, buffer, 16);
errno('fd_read', fd_read(listener(), iovs, 1, out), NOTCONN);
