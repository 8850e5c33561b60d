// SPDX-License-Identifier: MIT
// To seek in a connection is ESPIPE.

import { accept, errno, listener, out, SPIPE } from '../prelude';
import { fd_seek, fd_tell } from '../wasi_snapshot_preview1';

const fd = accept(listener());
errno('fd_seek', fd_seek(fd, 0, 1, out), SPIPE);
errno('fd_tell', fd_tell(fd, out), SPIPE);
