// SPDX-License-Identifier: MIT
// To accept on a descriptor that is not open is EBADF.

import { BADF, errno, out } from '../prelude';
import { sock_accept } from '../wasi_snapshot_preview1';

errno('sock_accept', sock_accept(99, 0, out), BADF);
