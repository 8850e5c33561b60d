// SPDX-License-Identifier: MIT
// The filestat of a connection has the filetype of a stream socket.

import { accept, equal, listener, ok, out, SOCKET_STREAM } from '../prelude';
import { fd_filestat_get } from '../wasi_snapshot_preview1';

const fd = accept(listener());
ok('fd_filestat_get', fd_filestat_get(fd, out));
equal('filetype', load<u8>(out + 16), SOCKET_STREAM);
