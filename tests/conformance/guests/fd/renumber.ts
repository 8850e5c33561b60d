// SPDX-License-Identifier: MIT
// A connection that is renumbered over another one has that number, and no longer its own.

import { accept, BADF, errno, listener, ok, out, reads, writes } from '../prelude';
import { fd_fdstat_get, fd_renumber } from '../wasi_snapshot_preview1';

const l = listener();
const a = accept(l);
const b = accept(l);
ok('fd_renumber', fd_renumber(b, a));
reads(a, 'from b');
writes(a, 'to b');
errno('fd_fdstat_get of the old number', fd_fdstat_get(b, out), BADF);
