// SPDX-License-Identifier: MIT
// A connection has the rights to read and to write.

import { accept, fail, listener, ok, out } from '../prelude';
import { fd_fdstat_get } from '../wasi_snapshot_preview1';

const fd = accept(listener());
ok('fd_fdstat_get', fd_fdstat_get(fd, out));
if ((load<u64>(out + 8) & 0x42) !== 0x42) fail('the rights to read and to write are missing');
