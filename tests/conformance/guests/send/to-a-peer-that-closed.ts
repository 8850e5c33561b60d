// SPDX-License-Identifier: MIT
// To go on sending to a peer that has closed ends in EPIPE or ECONNRESET.

import {
  accept,
  buffer,
  CONNRESET,
  either,
  go,
  iovec,
  iovs,
  listener,
  MS,
  out,
  PIPE,
  put,
  SUCCESS,
  say,
  sleep,
} from '../prelude';
import { fd_write } from '../wasi_snapshot_preview1';

const fd = accept(listener());
say('accepted');
go();
// The first is taken: only its answer tells that nobody is there.
let status = SUCCESS;
for (let i = 0; i < 100 && status === SUCCESS; i++) {
  iovec(0, buffer, put('hello'));
  status = fd_write(fd, iovs, 1, out);
  sleep(MS);
}
either('fd_write', status, PIPE, CONNRESET);
