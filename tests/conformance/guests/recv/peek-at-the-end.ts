// SPDX-License-Identifier: MIT
// To peek at the end gives 0 bytes.

import { accept, buffer, equal, go, iovec, iovs, listener, ok, out, PEEK } from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
iovec(0, buffer, 100);
ok('sock_recv', sock_recv(fd, iovs, 1, PEEK, out, out + 4));
equal('bytes', load<u32>(out), 0);
