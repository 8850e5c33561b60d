// SPDX-License-Identifier: MIT
// A connection that was reset in the queue does not break the listener.

import {
  AGAIN,
  buffer,
  CONNABORTED,
  fail,
  go,
  holds,
  iovec,
  iovs,
  listener,
  NONBLOCK,
  ok,
  out,
  SUCCESS,
  setFlags,
} from '../prelude';
import { fd_read, proc_exit, sock_accept } from '../wasi_snapshot_preview1';

go();
const l = listener();
setFlags(l, NONBLOCK);
// The first may be reported as ECONNABORTED, be left out, or be a descriptor that tells the reset.
for (let tries = 0; tries < 3; tries++) {
  const status = sock_accept(l, 0, out);
  if (status === CONNABORTED || status === AGAIN) continue;
  ok('sock_accept', status);
  iovec(0, buffer, 16);
  if (fd_read(load<i32>(out), iovs, 1, out) !== SUCCESS) continue;
  if (load<u32>(out) !== 5) continue;
  holds('hello');
  proc_exit(0);
}
fail('the second connection never comes');
