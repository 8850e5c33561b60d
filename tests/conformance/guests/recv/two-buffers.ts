// SPDX-License-Identifier: MIT
// Buffers are filled one after the other, as by readv.

import { accept, buffer, equal, go, holds, iovec, iovs, listener, ok, out } from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
iovec(0, buffer, 5);
iovec(1, buffer + 50, 100);
ok('sock_recv', sock_recv(fd, iovs, 2, 0, out, out + 4));
equal('bytes', load<u32>(out), 12);
holds('hello');
holds(', world', 50);
