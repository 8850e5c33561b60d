// SPDX-License-Identifier: MIT
// A file that the guest has closed is EBADF in the next call with the same list.

import {
  BADF,
  expect,
  FD_READ,
  guarded,
  nothingElse,
  ok,
  openFile,
  poll,
  wantRead,
} from '../prelude';
import { fd_close } from '../wasi_snapshot_preview1';

const fd = openFile('hello.txt');
wantRead(fd, 1);
guarded();
poll();
expect(1, FD_READ);
ok('fd_close', fd_close(fd));
poll();
expect(1, FD_READ, BADF);
nothingElse();
