// SPDX-License-Identifier: MIT
// A shutdown of a connection that was reset is ENOTCONN.

import { accept, errno, go, listener, NOTCONN, RD, say, WR } from '../prelude';
import { sock_shutdown } from '../wasi_snapshot_preview1';

const fd = accept(listener());
say('accepted');
go();
errno('sock_shutdown', sock_shutdown(fd, RD | WR), NOTCONN);
