// SPDX-License-Identifier: MIT
// To list a connection as a directory is ENOTDIR or EBADF.

import { accept, BADF, buffer, either, listener, NOTDIR, out } from '../prelude';
import { fd_readdir } from '../wasi_snapshot_preview1';

const fd = accept(listener());
either('fd_readdir', fd_readdir(fd, buffer, 1000, 0, out), NOTDIR, BADF);
