// SPDX-License-Identifier: MIT
// A file is read and sent to a connection.

import { accept, buffer, go, iovec, iovs, listener, ok, openFile, out } from '../prelude';
import { fd_close, fd_read, fd_write } from '../wasi_snapshot_preview1';

const fd = accept(listener());
const file = openFile('hello.txt');
for (;;) {
  iovec(0, buffer, 5);
  ok('fd_read', fd_read(file, iovs, 1, out));
  if (load<u32>(out) === 0) break;
  iovec(0, buffer, load<u32>(out));
  ok('fd_write', fd_write(fd, iovs, 1, out));
}
ok('fd_close', fd_close(fd));
go();
