// SPDX-License-Identifier: MIT
// To peek at a silent non-blocking connection is EAGAIN.

import {
  AGAIN,
  acceptNonblocking,
  buffer,
  errno,
  iovec,
  iovs,
  listener,
  out,
  PEEK,
} from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

const fd = acceptNonblocking(listener());
iovec(0, buffer, 100);
errno('sock_recv', sock_recv(fd, iovs, 1, PEEK, out, out + 4), AGAIN);
