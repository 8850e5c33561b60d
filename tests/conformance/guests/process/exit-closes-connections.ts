// SPDX-License-Identifier: MIT
// The peers of a guest that exits see the end of their connections.

import { accept, listener, writes } from '../prelude';
import { proc_exit } from '../wasi_snapshot_preview1';

const l = listener();
writes(accept(l), 'bye');
accept(l);
proc_exit(0);
