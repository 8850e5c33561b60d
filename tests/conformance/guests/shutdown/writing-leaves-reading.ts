// SPDX-License-Identifier: MIT
// After a shutdown of writing the guest still reads.

import { accept, listener, ok, reads, WR } from '../prelude';
import { sock_shutdown } from '../wasi_snapshot_preview1';

const fd = accept(listener());
ok('sock_shutdown', sock_shutdown(fd, WR));
reads(fd, 'heard');
