// SPDX-License-Identifier: MIT
// A shutdown of a listener is ENOTCONN, and the listener goes on.

import { accept, errno, go, listener, NOTCONN, RD, reads, say, WR } from '../prelude';
import { sock_shutdown } from '../wasi_snapshot_preview1';

const l = listener();
go();
errno('sock_shutdown', sock_shutdown(l, RD | WR), NOTCONN);
say('refused');
reads(accept(l), 'hello');
