// SPDX-License-Identifier: MIT
// Flags that do not exist are EINVAL, and no data is lost.

import {
  accept,
  buffer,
  either,
  go,
  INVAL,
  iovec,
  iovs,
  listener,
  NOTSUP,
  out,
  reads,
} from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
iovec(0, buffer, 100);
either('sock_recv', sock_recv(fd, iovs, 1, 0x80, out, out + 4), INVAL, NOTSUP);
reads(fd, 'hello');
