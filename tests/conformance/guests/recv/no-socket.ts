// SPDX-License-Identifier: MIT
// To receive from standard input is ENOTSOCK.

import { buffer, errno, iovec, iovs, NOTSOCK, out } from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

iovec(0, buffer, 100);
errno('sock_recv', sock_recv(0, iovs, 1, 0, out, out + 4), NOTSOCK);
