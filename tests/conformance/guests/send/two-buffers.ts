// SPDX-License-Identifier: MIT
// Buffers are sent one after the other, as by writev.

import { accept, buffer, equal, iovec, iovs, listener, ok, out, put } from '../prelude';
import { sock_send } from '../wasi_snapshot_preview1';

const fd = accept(listener());
iovec(0, buffer, put('hello, '));
iovec(1, buffer + 50, put('world', 50));
ok('sock_send', sock_send(fd, iovs, 2, 0, out));
equal('bytes', load<u32>(out), 12);
