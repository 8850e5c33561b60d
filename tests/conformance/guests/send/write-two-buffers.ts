// SPDX-License-Identifier: MIT
// The call fd_write sends the buffers one after the other.

import { accept, buffer, equal, iovec, iovs, listener, ok, out, put } from '../prelude';
import { fd_write } from '../wasi_snapshot_preview1';

const fd = accept(listener());
iovec(0, buffer, put('hello, '));
iovec(1, buffer + 50, put('world', 50));
ok('fd_write', fd_write(fd, iovs, 2, out));
equal('bytes', load<u32>(out), 12);
