// SPDX-License-Identifier: MIT
// A connection that was only peeked at stays readable.

import {
  accept,
  buffer,
  expect,
  FD_READ,
  go,
  guarded,
  iovec,
  iovs,
  listener,
  nothingElse,
  ok,
  out,
  PEEK,
  poll,
  wantRead,
} from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
iovec(0, buffer, 100);
ok('sock_recv', sock_recv(fd, iovs, 1, PEEK, out, out + 4));
wantRead(fd, 1);
guarded();
poll();
expect(1, FD_READ);
nothingElse();
