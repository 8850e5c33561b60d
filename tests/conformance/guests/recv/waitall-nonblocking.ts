// SPDX-License-Identifier: MIT
// WAITALL does not make a non-blocking connection wait: it gives what is there.

import {
  acceptNonblocking,
  buffer,
  equal,
  go,
  holds,
  iovec,
  iovs,
  listener,
  ok,
  out,
  WAITALL,
} from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

const fd = acceptNonblocking(listener());
go();
iovec(0, buffer, 5);
ok('sock_recv', sock_recv(fd, iovs, 1, WAITALL, out, out + 4));
equal('bytes', load<u32>(out), 3);
holds('hel');
