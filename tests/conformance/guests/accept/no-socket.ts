// SPDX-License-Identifier: MIT
// To accept on standard input is ENOTSOCK.

import { errno, NOTSOCK, out } from '../prelude';
import { sock_accept } from '../wasi_snapshot_preview1';

errno('sock_accept', sock_accept(0, 0, out), NOTSOCK);
