// SPDX-License-Identifier: MIT
// Without flags the new descriptor blocks: a read waits for data.

import { accept, buffer, equal, holds, iovec, iovs, listener, ok, out, say } from '../prelude';
import { fd_fdstat_get, fd_read } from '../wasi_snapshot_preview1';

const fd = accept(listener());
ok('fd_fdstat_get', fd_fdstat_get(fd, out));
equal('flags', load<u16>(out + 2), 0);
say('reading');
iovec(0, buffer, 16);
ok('fd_read', fd_read(fd, iovs, 1, out));
equal('bytes', load<u32>(out), 5);
holds('hello');
