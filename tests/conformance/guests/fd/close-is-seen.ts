// SPDX-License-Identifier: MIT
// The peer sees the end of a connection that the guest closes, behind all that was written.

import { accept, go, listener, ok, writes } from '../prelude';
import { fd_close } from '../wasi_snapshot_preview1';

const fd = accept(listener());
writes(fd, 'bye');
ok('fd_close', fd_close(fd));
go();
