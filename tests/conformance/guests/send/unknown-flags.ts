// SPDX-License-Identifier: MIT
// Flags that do not exist are EINVAL, and nothing is sent.

import {
  accept,
  buffer,
  either,
  INVAL,
  iovec,
  iovs,
  listener,
  NOTSUP,
  out,
  put,
  writes,
} from '../prelude';
import { sock_send } from '../wasi_snapshot_preview1';

const fd = accept(listener());
iovec(0, buffer, put('dirty'));
either('sock_send', sock_send(fd, iovs, 1, 1, out), INVAL, NOTSUP);
writes(fd, 'clean');
