// SPDX-License-Identifier: MIT
// Arguments arrive in their order, behind the name of the program, each with its end.

import { buffer, equal, holds, ok, out } from '../prelude';
import { args_get, args_sizes_get } from '../wasi_snapshot_preview1';

ok('args_sizes_get', args_sizes_get(out, out + 4));
equal('arguments', load<u32>(out), 4);
ok('args_get', args_get(buffer, buffer + 100));
const first: usize = load<u32>(buffer + 4);
memory.copy(buffer + 1000, first, 17);
holds('first', 1000);
equal('end of the first', load<u8>(buffer + 1005), 0);
equal('end of the second', load<u8>(buffer + 1006), 0);
holds('the third', 1007);
equal('end of the third', load<u8>(buffer + 1016), 0);
