// SPDX-License-Identifier: MIT
// To receive from a descriptor that is not open is EBADF.

import { BADF, buffer, errno, iovec, iovs, out } from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

iovec(0, buffer, 100);
errno('sock_recv', sock_recv(99, iovs, 1, 0, out, out + 4), BADF);
