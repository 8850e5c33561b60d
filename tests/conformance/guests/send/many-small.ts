// SPDX-License-Identifier: MIT
// Ten thousand single bytes arrive in their order.

import { accept, buffer, equal, go, iovec, iovs, listener, ok, out, setFlags } from '../prelude';
import { fd_close, fd_write, sock_send } from '../wasi_snapshot_preview1';

const fd = accept(listener());
setFlags(fd, 0);
for (let i: u32 = 0; i < 10000; i++) {
  store<u8>(buffer, <u8>(i % 251));
  iovec(0, buffer, 1);
  if (i % 2 === 0) ok('fd_write', fd_write(fd, iovs, 1, out));
  else ok('sock_send', sock_send(fd, iovs, 1, 0, out));
  equal('bytes', load<u32>(out), 1);
}
ok('fd_close', fd_close(fd));
go();
