// SPDX-License-Identifier: MIT
// The calls sock_send and fd_write go into one stream, in their order.

import { accept, buffer, iovec, iovs, listener, ok, out, put, writes } from '../prelude';
import { sock_send } from '../wasi_snapshot_preview1';

const fd = accept(listener());
writes(fd, 'one ');
iovec(0, buffer, put('two '));
ok('sock_send', sock_send(fd, iovs, 1, 0, out));
writes(fd, 'three');
