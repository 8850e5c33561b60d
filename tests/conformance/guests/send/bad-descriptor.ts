// SPDX-License-Identifier: MIT
// To send to a descriptor that is not open is EBADF.

import { BADF, buffer, errno, iovec, iovs, out } from '../prelude';
import { sock_send } from '../wasi_snapshot_preview1';

iovec(0, buffer, 5);
errno('sock_send', sock_send(99, iovs, 1, 0, out), BADF);
