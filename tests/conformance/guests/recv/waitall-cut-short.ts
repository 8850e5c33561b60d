// SPDX-License-Identifier: MIT
// With WAITALL an end that comes early gives what was there.

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
  setFlags,
  WAITALL,
} from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

const fd = accept(listener());
setFlags(fd, 0);
go();
iovec(0, buffer, 5);
ok('sock_recv', sock_recv(fd, iovs, 1, WAITALL, out, out + 4));
equal('bytes', load<u32>(out), 3);
holds('hel');
