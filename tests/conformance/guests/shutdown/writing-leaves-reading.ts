// SPDX-License-Identifier: MIT
// After a shutdown of writing the guest still reads.

import { WR, accept, listener, ok, reads } from '../prelude';
import { sock_shutdown } from '../wasi_snapshot_preview1';

const fd = accept(listener());
ok('sock_shutdown', sock_shutdown(fd, WR));
reads(fd, 'heard');
