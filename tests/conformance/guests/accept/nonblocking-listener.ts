// SPDX-License-Identifier: MIT
// A non-blocking listener without a connection answers EAGAIN.

import { AGAIN, errno, listener, NONBLOCK, out, setFlags } from '../prelude';
import { sock_accept } from '../wasi_snapshot_preview1';

const l = listener();
setFlags(l, NONBLOCK);
errno('sock_accept', sock_accept(l, 0, out), AGAIN);
errno('sock_accept', sock_accept(l, NONBLOCK, out), AGAIN);
