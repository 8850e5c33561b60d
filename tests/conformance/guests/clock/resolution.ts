// SPDX-License-Identifier: MIT
// The resolution of both clocks is not 0.

import { atLeast, ok, out } from '../prelude';
import { clock_res_get } from '../wasi_snapshot_preview1';

for (let id: u32 = 0; id < 2; id++) {
  store<u64>(out, 0);
  ok('clock_res_get', clock_res_get(id, out));
  atLeast('the resolution', load<u64>(out), 1);
}
