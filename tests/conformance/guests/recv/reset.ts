// SPDX-License-Identifier: MIT
// To receive from a reset connection is ECONNRESET, by its own name.

import { accept, buffer, CONNRESET, errno, go, iovec, iovs, listener, out, say } from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

const fd = accept(listener());
say('accepted');
go();
iovec(0, buffer, 100);
errno('sock_recv', sock_recv(fd, iovs, 1, 0, out, out + 4), CONNRESET);
