// SPDX-License-Identifier: MIT
// An empty buffer before another one is passed over.

import { accept, buffer, equal, go, holds, iovec, iovs, listener, ok, out } from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
iovec(0, buffer, 0);
iovec(1, buffer + 50, 100);
ok('sock_recv', sock_recv(fd, iovs, 2, 0, out, out + 4));
equal('bytes', load<u32>(out), 5);
holds('hello', 50);
