// SPDX-License-Identifier: MIT
// Memory that has grown by 64 MB, so that it lies elsewhere, is the guest's as before.

import {
  accept,
  buffer,
  expect,
  FD_READ,
  fail,
  go,
  guarded,
  iovec,
  iovs,
  listener,
  ok,
  out,
  poll,
  put,
  reads,
  wantRead,
} from '../prelude';
import { fd_write } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
wantRead(fd, 1);
guarded();
poll();
expect(1, FD_READ);
if (memory.grow(1024) < 0) fail('the memory does not grow');
poll();
expect(1, FD_READ);
reads(fd, 'hello');
const end: usize = (<usize>memory.size()) << 16;
put('world');
memory.copy(end - 5, buffer, 5);
iovec(0, end - 5, 5);
ok('fd_write', fd_write(fd, iovs, 1, out));
