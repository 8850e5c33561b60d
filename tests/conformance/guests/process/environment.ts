// SPDX-License-Identifier: MIT
// Variables arrive as NAME=VALUE, each with its end.

import { buffer, equal, fail, holds, ok, out } from '../prelude';
import { environ_get, environ_sizes_get } from '../wasi_snapshot_preview1';

ok('environ_sizes_get', environ_sizes_get(out, out + 4));
const count = load<u32>(out);
ok('environ_get', environ_get(buffer, buffer + 1000));
let found = false;
for (let i: u32 = 0; i < count; i++) {
  const text: usize = load<u32>(buffer + 4 * i);
  // "POLL" and "UX_T", as far as two words can tell.
  if (load<u32>(text) !== 0x4c4c4f50 || load<u32>(text + 4) !== 0x545f5855) continue;
  memory.copy(buffer + 5000, text, 18);
  holds('POLLUX_TEST=a b=c', 5000);
  equal('its end', load<u8>(buffer + 5017), 0);
  found = true;
}
if (!found) fail('the variable is missing');
