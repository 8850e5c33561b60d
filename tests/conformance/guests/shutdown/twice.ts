// SPDX-License-Identifier: MIT
// A second shutdown of the same direction does no harm: it succeeds, or is ENOTCONN.

import { accept, either, listener, NOTCONN, ok, reads, SUCCESS, WR } from '../prelude';
import { sock_shutdown } from '../wasi_snapshot_preview1';

const fd = accept(listener());
ok('sock_shutdown', sock_shutdown(fd, WR));
either('the second', sock_shutdown(fd, WR), SUCCESS, NOTCONN);
reads(fd, 'hello');
