// SPDX-License-Identifier: MIT
// A buffer, a list of buffers and a result that end with the last byte of the memory are within it.

import { accept, buffer, equal, go, holds, iovec, iovs, listener, ok, out } from '../prelude';
import { fd_read, fd_write } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
const end: usize = (<usize>memory.size()) << 16;
iovec(0, end - 5, 5);
ok('a buffer at the end', fd_read(fd, iovs, 1, out));
equal('bytes', load<u32>(out), 5);
ok('to write it', fd_write(fd, iovs, 1, out));
store<u32>(end - 8, <u32>buffer);
store<u32>(end - 4, 2);
ok('a list at the end', fd_read(fd, end - 8, 1, out));
holds(', ');
iovec(0, buffer, 5);
ok('a result at the end', fd_read(fd, iovs, 1, end - 4));
equal('bytes', load<u32>(end - 4), 5);
