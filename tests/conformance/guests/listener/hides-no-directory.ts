// SPDX-License-Identifier: MIT
// Who looks for directories as wasi-libc does, up to the first EBADF, finds the one beside a listener.

import { BADF, fail, ok, out } from '../prelude';
import { fd_prestat_get } from '../wasi_snapshot_preview1';

let found = false;
for (let fd = 3; !found; fd++) {
  const status = fd_prestat_get(fd, out);
  if (status === BADF) fail('the scan ends before the directory');
  ok('fd_prestat_get', status);
  found = load<u8>(out) === 0 && load<u32>(out + 4) === 5;
}
