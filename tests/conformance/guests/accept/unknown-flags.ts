// SPDX-License-Identifier: MIT
// Flags that do not exist are EINVAL, and the connection is not lost.

import { accept, errno, go, INVAL, listener, out, reads } from '../prelude';
import { sock_accept } from '../wasi_snapshot_preview1';

go();
const l = listener();
errno('sock_accept', sock_accept(l, 0x8000, out), INVAL);
reads(accept(l), 'hello');
