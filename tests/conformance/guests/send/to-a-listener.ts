// SPDX-License-Identifier: MIT
// To send to a listener is ENOTCONN or EPIPE.

import { buffer, either, iovec, iovs, listener, NOTCONN, out, PIPE } from '../prelude';
import { sock_send } from '../wasi_snapshot_preview1';

iovec(0, buffer, 5);
either('sock_send', sock_send(listener(), iovs, 1, 0, out), NOTCONN, PIPE);
