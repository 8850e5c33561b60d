// SPDX-License-Identifier: MIT
// With WAITALL all buffers are filled.

import {
  accept,
  buffer,
  equal,
  holds,
  iovec,
  iovs,
  listener,
  ok,
  out,
  say,
  setFlags,
  WAITALL,
} from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

const fd = accept(listener());
setFlags(fd, 0);
say('receiving');
iovec(0, buffer, 7);
iovec(1, buffer + 50, 5);
ok('sock_recv', sock_recv(fd, iovs, 2, WAITALL, out, out + 4));
equal('bytes', load<u32>(out), 12);
holds('hello, ');
holds('world', 50);
