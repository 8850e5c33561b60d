// SPDX-License-Identifier: MIT
// The data that is there is received, as much as fits, and no flag is set.

import { accept, buffer, equal, go, holds, iovec, iovs, listener, ok, out } from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
store<u16>(out + 4, 0xffff);
iovec(0, buffer, 100);
ok('sock_recv', sock_recv(fd, iovs, 1, 0, out, out + 4));
equal('bytes', load<u32>(out), 5);
equal('flags', load<u16>(out + 4), 0);
holds('hello');
