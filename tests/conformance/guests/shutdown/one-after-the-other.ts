// SPDX-License-Identifier: MIT
// The two directions can be shut down one after the other.

import { accept, go, listener, ok, RD, WR } from '../prelude';
import { sock_shutdown } from '../wasi_snapshot_preview1';

const fd = accept(listener());
ok('sock_shutdown of reading', sock_shutdown(fd, RD));
ok('sock_shutdown of writing', sock_shutdown(fd, WR));
go();
