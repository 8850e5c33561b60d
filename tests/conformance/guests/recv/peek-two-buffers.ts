// SPDX-License-Identifier: MIT
// To peek fills several buffers, too.

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
iovec(0, buffer, 5);
iovec(1, buffer + 50, 100);
ok('sock_recv', sock_recv(fd, iovs, 2, PEEK, out, out + 4));
equal('bytes', load<u32>(out), 12);
holds('hello');
holds(', world', 50);
reads(fd, 'hello, world');
