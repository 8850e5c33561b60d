// SPDX-License-Identifier: MIT
// A listener does not pass for a preopened directory.

import { BADF, errno, fail, listener, out, SUCCESS } from '../prelude';
import { fd_prestat_get } from '../wasi_snapshot_preview1';

const status = fd_prestat_get(listener(), out);
if (status === SUCCESS) {
  if (load<u8>(out) === 0) fail('the listener says that it is a preopened directory');
} else errno('fd_prestat_get', status, BADF);
