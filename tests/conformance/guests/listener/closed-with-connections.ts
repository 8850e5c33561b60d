// SPDX-License-Identifier: MIT
// Connections live on when their listener is closed.

import { accept, listener, ok, reads, say, writes } from '../prelude';
import { fd_close } from '../wasi_snapshot_preview1';

const l = listener();
const fd = accept(l);
ok('fd_close', fd_close(l));
say('closed');
reads(fd, 'ping');
writes(fd, 'pong');
