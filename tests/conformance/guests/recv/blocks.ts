// SPDX-License-Identifier: MIT
// To receive from a silent blocking connection waits for data.

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
} from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

const fd = accept(listener());
setFlags(fd, 0);
say('receiving');
iovec(0, buffer, 100);
ok('sock_recv', sock_recv(fd, iovs, 1, 0, out, out + 4));
equal('bytes', load<u32>(out), 5);
holds('hello');
