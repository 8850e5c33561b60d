// SPDX-License-Identifier: MIT
// A connection does not pass for a preopened directory.

import { accept, fail, listener, out, SUCCESS } from '../prelude';
import { fd_prestat_get } from '../wasi_snapshot_preview1';

const status = fd_prestat_get(accept(listener()), out);
if (status === SUCCESS && load<u8>(out) === 0)
  fail('the connection says that it is a preopened directory');
