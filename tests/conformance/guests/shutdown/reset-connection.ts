// SPDX-License-Identifier: MIT
// A shutdown of a connection that was reset is ENOTCONN.

import { NOTCONN, RD, WR, accept, errno, go, listener, say } from '../prelude';
import { sock_shutdown } from '../wasi_snapshot_preview1';

const fd = accept(listener());
say('accepted');
go();
errno('sock_shutdown', sock_shutdown(fd, RD | WR), NOTCONN);
