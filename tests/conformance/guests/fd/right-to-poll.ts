// SPDX-License-Identifier: MIT
// A connection has the rights to be polled and to be shut down.

import { accept, fail, listener, ok, out } from '../prelude';
import { fd_fdstat_get } from '../wasi_snapshot_preview1';

const fd = accept(listener());
ok('fd_fdstat_get', fd_fdstat_get(fd, out));
const rights = load<u64>(out + 8);
if ((rights & (1 << 27)) === 0) fail('the right of poll_oneoff is missing');
if ((rights & (1 << 28)) === 0) fail('the right of sock_shutdown is missing');
