// SPDX-License-Identifier: MIT
// To receive from a listener is ENOTCONN.

import { buffer, errno, iovec, iovs, listener, NOTCONN, out } from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

iovec(0, buffer, 100);
errno('sock_recv', sock_recv(listener(), iovs, 1, 0, out, out + 4), NOTCONN);
