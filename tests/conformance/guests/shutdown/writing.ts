// SPDX-License-Identifier: MIT
// After a shutdown of writing the peer sees the end, behind all that was written.

import { accept, go, listener, ok, WR, writes } from '../prelude';
import { sock_shutdown } from '../wasi_snapshot_preview1';

const fd = accept(listener());
writes(fd, 'last words');
ok('sock_shutdown', sock_shutdown(fd, WR));
// The descriptor stays open until the peer has seen it.
go();
