// SPDX-License-Identifier: MIT
// The standard streams do not pass for preopened directories.

import { fail, out, SUCCESS } from '../prelude';
import { fd_prestat_get } from '../wasi_snapshot_preview1';

for (let fd = 0; fd < 3; fd++) {
  const status = fd_prestat_get(fd, out);
  if (status === SUCCESS && load<u8>(out) === 0)
    fail('a standard stream says that it is a preopened directory');
}
