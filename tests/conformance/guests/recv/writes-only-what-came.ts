// SPDX-License-Identifier: MIT
// Memory behind the received bytes, and behind the buffer, is left as it was.

import { accept, buffer, equal, go, iovec, iovs, listener, ok, out } from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
memory.fill(buffer, 0xee, 64);
iovec(0, buffer, 32);
ok('sock_recv', sock_recv(fd, iovs, 1, 0, out, out + 4));
equal('bytes', load<u32>(out), 5);
for (let i = 5; i < 64; i++) equal('memory behind the data', load<u8>(buffer + i), 0xee);
