// SPDX-License-Identifier: MIT
// A listener has the rights to accept and to be polled.

import { fail, listener, ok, out } from '../prelude';
import { fd_fdstat_get } from '../wasi_snapshot_preview1';

ok('fd_fdstat_get', fd_fdstat_get(listener(), out));
const rights = load<u64>(out + 8);
if ((rights & (1 << 29)) === 0) fail('the right of sock_accept is missing');
if ((rights & (1 << 27)) === 0) fail('the right of poll_oneoff is missing');
