// SPDX-License-Identifier: MIT
// What was peeked at is still there, for another peek and for a read.

import {
  accept,
  buffer,
  equal,
  go,
  holds,
  iovec,
  iovs,
  listener,
  ok,
  out,
  PEEK,
  reads,
} from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
for (let i = 0; i < 2; i++) {
  memory.fill(buffer, 0, 100);
  iovec(0, buffer, 100);
  ok('sock_recv', sock_recv(fd, iovs, 1, PEEK, out, out + 4));
  equal('bytes', load<u32>(out), 5);
  holds('hello');
}
reads(fd, 'hello');
