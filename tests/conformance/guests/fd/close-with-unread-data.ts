// SPDX-License-Identifier: MIT
// A connection that is closed with data unread is reset.

import { accept, go, listener, ok } from '../prelude';
import { fd_close } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
ok('fd_close', fd_close(fd));
go();
