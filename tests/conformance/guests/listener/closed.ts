// SPDX-License-Identifier: MIT
// A listener that the guest has closed takes no further connection.

import { go, listener, ok, say } from '../prelude';
import { fd_close } from '../wasi_snapshot_preview1';

go();
ok('fd_close', fd_close(listener()));
say('closed');
go();
