// SPDX-License-Identifier: MIT
// A reset wakes a guest that waits for data.

import {
  accept,
  buffer,
  CONNRESET,
  errno,
  iovec,
  iovs,
  listener,
  out,
  say,
  setFlags,
} from '../prelude';
import { sock_recv } from '../wasi_snapshot_preview1';

const fd = accept(listener());
setFlags(fd, 0);
say('receiving');
iovec(0, buffer, 100);
errno('sock_recv', sock_recv(fd, iovs, 1, 0, out, out + 4), CONNRESET);
