// SPDX-License-Identifier: MIT
// Standard input that the guest has closed is EBADF.

import { BADF, expect, FD_READ, guarded, nothingElse, ok, poll, wantRead } from '../prelude';
import { fd_close } from '../wasi_snapshot_preview1';

ok('fd_close', fd_close(0));
wantRead(0, 1);
guarded();
poll();
expect(1, FD_READ, BADF);
nothingElse();
