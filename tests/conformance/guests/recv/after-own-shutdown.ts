// SPDX-License-Identifier: MIT
// After the guest has shut down its reading, 0 bytes are received.

import { accept, buffer, equal, iovec, iovs, listener, ok, out, RD } from '../prelude';
import { sock_recv, sock_shutdown } from '../wasi_snapshot_preview1';

const fd = accept(listener());
ok('sock_shutdown', sock_shutdown(fd, RD));
iovec(0, buffer, 100);
ok('sock_recv', sock_recv(fd, iovs, 1, 0, out, out + 4));
equal('bytes', load<u32>(out), 0);
