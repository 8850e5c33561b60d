// SPDX-License-Identifier: MIT
// To accept on a connection is EINVAL.

import { accept, errno, INVAL, listener, out } from '../prelude';
import { sock_accept } from '../wasi_snapshot_preview1';

errno('sock_accept', sock_accept(accept(listener()), 0, out), INVAL);
