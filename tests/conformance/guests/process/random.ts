// SPDX-License-Identifier: MIT
// Random bytes differ from call to call.

import { buffer, fail, ok } from '../prelude';
import { random_get } from '../wasi_snapshot_preview1';

ok('random_get', random_get(buffer, 16));
ok('random_get', random_get(buffer + 16, 16));
if (memory.compare(buffer, buffer + 16, 16) === 0) fail('the same bytes come twice');
ok('random_get of nothing', random_get(buffer, 0));
