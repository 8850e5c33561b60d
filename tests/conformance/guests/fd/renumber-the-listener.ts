// SPDX-License-Identifier: MIT
// A listener can be renumbered over a connection, and goes on to accept.

import { accept, listener, ok, reads } from '../prelude';
import { fd_renumber } from '../wasi_snapshot_preview1';

const l = listener();
const a = accept(l);
ok('fd_renumber', fd_renumber(l, a));
reads(accept(a), 'hello');
