// SPDX-License-Identifier: MIT
// Once the peer has ended, 0 bytes are received, each time.

import { accept, buffer, equal, go, iovec, iovs, listener, ok, out } from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
for (let i = 0; i < 3; i++) {
  iovec(0, buffer, 100);
  ok('sock_recv', sock_recv(fd, iovs, 1, 0, out, out + 4));
  equal('bytes', load<u32>(out), 0);
}
