// SPDX-License-Identifier: MIT
// Ten thousand bytes are read in pieces of one to seven, whole and in order.

import { accept, buffer, equal, iovec, iovs, listener, ok, out, setFlags } from '../prelude';
import { fd_read, sock_recv } from '../wasi_snapshot_preview1';

const fd = accept(listener());
setFlags(fd, 0);
let total: u32 = 0;
for (let turn: u32 = 0; ; turn++) {
  iovec(0, buffer, 1 + (turn % 7));
  if (turn % 2 === 0) ok('fd_read', fd_read(fd, iovs, 1, out));
  else ok('sock_recv', sock_recv(fd, iovs, 1, 0, out, out + 4));
  const length = load<u32>(out);
  if (length === 0) break;
  for (let i: u32 = 0; i < length; i++) equal('a byte', load<u8>(buffer + i), (total + i) % 251);
  total += length;
}
equal('bytes', total, 10000);
