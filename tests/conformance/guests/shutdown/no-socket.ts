// SPDX-License-Identifier: MIT
// A shutdown of standard input is ENOTSOCK.

import { errno, NOTSOCK, RD, WR } from '../prelude';
import { sock_shutdown } from '../wasi_snapshot_preview1';

errno('sock_shutdown', sock_shutdown(0, RD | WR), NOTSOCK);
