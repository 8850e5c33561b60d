// SPDX-License-Identifier: MIT
// The connection that another one is renumbered over is closed.

import { accept, go, listener, ok } from '../prelude';
import { fd_renumber } from '../wasi_snapshot_preview1';

const l = listener();
const a = accept(l);
const b = accept(l);
go();
ok('fd_renumber', fd_renumber(b, a));
go();
