// SPDX-License-Identifier: MIT
// To send to a reset connection is EPIPE or ECONNRESET, and the guest lives.

import {
  accept,
  buffer,
  CONNRESET,
  either,
  errno,
  go,
  iovec,
  iovs,
  listener,
  out,
  PIPE,
  put,
  say,
} from '../prelude';
import { fd_write, sock_send } from '../wasi_snapshot_preview1';

const fd = accept(listener());
say('accepted');
go();
iovec(0, buffer, put('hello'));
either('sock_send', sock_send(fd, iovs, 1, 0, out), PIPE, CONNRESET);
errno('the second sock_send', sock_send(fd, iovs, 1, 0, out), PIPE);
errno('fd_write', fd_write(fd, iovs, 1, out), PIPE);
