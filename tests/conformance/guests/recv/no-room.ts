// SPDX-License-Identifier: MIT
// To receive into no room succeeds with 0 bytes and waits for nothing.

import { accept, buffer, equal, go, iovec, iovs, listener, ok, out } from '../prelude';
import { fd_read } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
iovec(0, buffer, 0);
store<u32>(out, 77);
ok('fd_read', fd_read(fd, iovs, 1, out));
equal('bytes', load<u32>(out), 0);
store<u32>(out, 77);
ok('fd_read of no buffers', fd_read(fd, iovs, 0, out));
equal('bytes', load<u32>(out), 0);
