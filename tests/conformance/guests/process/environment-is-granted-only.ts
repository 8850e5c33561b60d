// SPDX-License-Identifier: MIT
// No variable of the host arrives unasked: at most those that tell the listeners.

import { equal, ok, out } from '../prelude';
import { environ_sizes_get } from '../wasi_snapshot_preview1';

ok('environ_sizes_get', environ_sizes_get(out, out + 4));
if (load<u32>(out) > 2) equal('variables', load<u32>(out), 0);
