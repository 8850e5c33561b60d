// SPDX-License-Identifier: MIT
// To renumber a connection to itself changes nothing.

import { accept, listener, ok, reads } from '../prelude';
import { fd_renumber } from '../wasi_snapshot_preview1';

const fd = accept(listener());
ok('fd_renumber', fd_renumber(fd, fd));
reads(fd, 'hello');
