// SPDX-License-Identifier: MIT
// The end of a pipe is readable, as a read of 0 bytes, without a clock.

import { buffer, equal, expect, FD_READ, iovec, iovs, ok, out, poll, wantRead } from '../prelude';
import { fd_read } from '../wasi_snapshot_preview1';

wantRead(0, 1);
equal('events', poll(), 1);
expect(1, FD_READ);
iovec(0, buffer, 16);
ok('fd_read', fd_read(0, iovs, 1, out));
equal('bytes', load<u32>(out), 0);
