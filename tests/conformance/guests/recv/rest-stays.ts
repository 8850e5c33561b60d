// SPDX-License-Identifier: MIT
// What does not fit stays for the next call.

import { accept, buffer, equal, go, holds, iovec, iovs, listener, ok, out } from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
iovec(0, buffer, 5);
ok('sock_recv', sock_recv(fd, iovs, 1, 0, out, out + 4));
equal('bytes', load<u32>(out), 5);
holds('hello');
iovec(0, buffer, 100);
ok('sock_recv', sock_recv(fd, iovs, 1, 0, out, out + 4));
equal('bytes of the rest', load<u32>(out), 7);
holds(', world');
