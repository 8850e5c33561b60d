// SPDX-License-Identifier: MIT
// To renumber a descriptor that is not open is EBADF, and the target stays.

import { accept, BADF, errno, listener, reads } from '../prelude';
import { fd_renumber } from '../wasi_snapshot_preview1';

const fd = accept(listener());
errno('fd_renumber', fd_renumber(99, fd), BADF);
reads(fd, 'hello');
