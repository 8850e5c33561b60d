// SPDX-License-Identifier: MIT
// A peer that has only ended its direction still receives.

import { accept, buffer, go, iovec, iovs, listener, ok, out, put } from '../prelude';
import { sock_send } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
iovec(0, buffer, put('answer'));
ok('sock_send', sock_send(fd, iovs, 1, 0, out));
