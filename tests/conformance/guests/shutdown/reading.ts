// SPDX-License-Identifier: MIT
// After a shutdown of reading the guest reads 0 bytes and still writes.

import { accept, listener, ok, RD, readsEnd, writes } from '../prelude';
import { sock_shutdown } from '../wasi_snapshot_preview1';

const fd = accept(listener());
ok('sock_shutdown', sock_shutdown(fd, RD));
readsEnd(fd);
writes(fd, 'still here');
