// SPDX-License-Identifier: MIT
// The flags that were set are told.

import { accept, equal, listener, NONBLOCK, ok, out, setFlags } from '../prelude';
import { fd_fdstat_get } from '../wasi_snapshot_preview1';

const fd = accept(listener());
setFlags(fd, NONBLOCK);
ok('fd_fdstat_get', fd_fdstat_get(fd, out));
equal('flags', load<u16>(out + 2), NONBLOCK);
setFlags(fd, 0);
ok('fd_fdstat_get', fd_fdstat_get(fd, out));
equal('flags', load<u16>(out + 2), 0);
