// SPDX-License-Identifier: MIT
// To close a descriptor a second time is EBADF.

import { accept, BADF, errno, listener, ok } from '../prelude';
import { fd_close } from '../wasi_snapshot_preview1';

const fd = accept(listener());
ok('fd_close', fd_close(fd));
errno('the second fd_close', fd_close(fd), BADF);
