// SPDX-License-Identifier: MIT
// To send nothing succeeds with 0 bytes, and the peer sees nothing.

import { accept, buffer, equal, iovec, iovs, listener, ok, out, writes } from '../prelude';
import { sock_send } from '../wasi_snapshot_preview1';

const fd = accept(listener());
iovec(0, buffer, 0);
store<u32>(out, 77);
ok('sock_send', sock_send(fd, iovs, 1, 0, out));
equal('bytes', load<u32>(out), 0);
store<u32>(out, 77);
ok('sock_send of no buffers', sock_send(fd, iovs, 0, 0, out));
equal('bytes', load<u32>(out), 0);
writes(fd, 'behind it');
