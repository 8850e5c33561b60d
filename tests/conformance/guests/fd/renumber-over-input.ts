// SPDX-License-Identifier: MIT
// A connection that is renumbered to 0 is standard input from then on.

import { accept, listener, ok, reads } from '../prelude';
import { fd_renumber } from '../wasi_snapshot_preview1';

const fd = accept(listener());
ok('fd_renumber', fd_renumber(fd, 0));
reads(0, 'hello');
