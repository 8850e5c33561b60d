// SPDX-License-Identifier: MIT
// What is sent arrives, and its number of bytes is told.

import { accept, buffer, equal, iovec, iovs, listener, ok, out, put } from '../prelude';
import { sock_send } from '../wasi_snapshot_preview1';

const fd = accept(listener());
iovec(0, buffer, put('hello'));
ok('sock_send', sock_send(fd, iovs, 1, 0, out));
equal('bytes', load<u32>(out), 5);
