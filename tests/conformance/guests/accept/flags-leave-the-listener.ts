// SPDX-License-Identifier: MIT
// The flags of the new descriptor change nothing of the listener's.

import { accept, equal, go, listener, NONBLOCK, ok, out } from '../prelude';
import { fd_fdstat_get } from '../wasi_snapshot_preview1';

go();
const l = listener();
ok('fd_fdstat_get', fd_fdstat_get(l, out));
const before = load<u16>(out + 2);
accept(l, NONBLOCK);
accept(l, 0);
ok('fd_fdstat_get', fd_fdstat_get(l, out));
equal('flags of the listener', load<u16>(out + 2), before);
