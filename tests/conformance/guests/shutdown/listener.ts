// SPDX-License-Identifier: MIT
// A shutdown of a listener is ENOTCONN, and the listener goes on.

import { NOTCONN, RD, WR, accept, errno, go, listener, reads, say } from '../prelude';
import { sock_shutdown } from '../wasi_snapshot_preview1';

const l = listener();
go();
errno('sock_shutdown', sock_shutdown(l, RD | WR), NOTCONN);
say('refused');
reads(accept(l), 'hello');
