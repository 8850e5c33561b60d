// SPDX-License-Identifier: MIT
// A blocking listener waits for a connection.

import { listener, ok, out, say, setFlags } from '../prelude';
import { sock_accept } from '../wasi_snapshot_preview1';

const l = listener();
setFlags(l, 0);
say('accepting');
ok('sock_accept', sock_accept(l, 0, out));
