// SPDX-License-Identifier: MIT
// An end wakes a guest that waits for data.

import { accept, buffer, equal, iovec, iovs, listener, ok, out, say, setFlags } from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

const fd = accept(listener());
setFlags(fd, 0);
say('receiving');
iovec(0, buffer, 100);
ok('sock_recv', sock_recv(fd, iovs, 1, 0, out, out + 4));
equal('bytes', load<u32>(out), 0);
