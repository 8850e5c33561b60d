// SPDX-License-Identifier: MIT
// A connection says of itself that it is a stream socket.

import { accept, equal, listener, ok, out, SOCKET_STREAM } from '../prelude';
import { fd_fdstat_get } from '../wasi_snapshot_preview1';

const fd = accept(listener());
ok('fd_fdstat_get', fd_fdstat_get(fd, out));
equal('filetype', load<u8>(out), SOCKET_STREAM);
