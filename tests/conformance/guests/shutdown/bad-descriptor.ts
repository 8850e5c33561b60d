// SPDX-License-Identifier: MIT
// A shutdown of a descriptor that is not open is EBADF.

import { BADF, errno, RD, WR } from '../prelude';
import { sock_shutdown } from '../wasi_snapshot_preview1';

errno('sock_shutdown', sock_shutdown(99, RD | WR), BADF);
