// SPDX-License-Identifier: MIT
// A shutdown of standard input is ENOTSOCK.

import { NOTSOCK, RD, WR, errno } from '../prelude';
import { sock_shutdown } from '../wasi_snapshot_preview1';

errno('sock_shutdown', sock_shutdown(0, RD | WR), NOTSOCK);
