// SPDX-License-Identifier: MIT
// The call fd_read fills the buffers of a connection one after the other.

import { accept, buffer, equal, go, holds, iovec, iovs, listener, ok, out } from '../prelude';
import { fd_read } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
iovec(0, buffer, 5);
iovec(1, buffer + 50, 100);
ok('fd_read', fd_read(fd, iovs, 2, out));
equal('bytes', load<u32>(out), 12);
holds('hello');
holds(', world', 50);
