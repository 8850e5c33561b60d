// SPDX-License-Identifier: MIT
// A guest that waits without end costs nobody else: it is woken by the last of many connections.

import {
  AGAIN,
  expect,
  FD_READ,
  guarded,
  listener,
  NONBLOCK,
  ok,
  out,
  poll,
  reads,
  readsEnd,
  setFlags,
  wantRead,
} from '../prelude';
import { fd_close, sock_accept } from '../wasi_snapshot_preview1';

// An accept loop, as a server writes it: each connection is served to its end.
const l = listener();
setFlags(l, NONBLOCK);
wantRead(l, 0);
guarded();
for (let served = 0; served < 10; ) {
  poll();
  expect(0, FD_READ);
  for (;;) {
    const status = sock_accept(l, 0, out);
    if (status === AGAIN) break;
    ok('sock_accept', status);
    const fd = load<i32>(out);
    reads(fd, 'x');
    readsEnd(fd);
    ok('fd_close', fd_close(fd));
    served++;
  }
}
