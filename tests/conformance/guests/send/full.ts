// SPDX-License-Identifier: MIT
// To send to a full non-blocking connection is EAGAIN.

import {
  AGAIN,
  acceptNonblocking,
  buffer,
  errno,
  fill,
  iovec,
  iovs,
  listener,
  out,
} from '../prelude';
import { sock_send } from '../wasi_snapshot_preview1';

const fd = acceptNonblocking(listener());
fill(fd);
iovec(0, buffer, 65536);
errno('sock_send', sock_send(fd, iovs, 1, 0, out), AGAIN);
