// SPDX-License-Identifier: MIT
// To send to standard output is ENOTSOCK.

import { buffer, errno, iovec, iovs, NOTSOCK, out, put } from '../prelude';
import { sock_send } from '../wasi_snapshot_preview1';

iovec(0, buffer, put('dirty'));
errno('sock_send', sock_send(1, iovs, 1, 0, out), NOTSOCK);
