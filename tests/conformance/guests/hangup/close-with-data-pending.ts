// SPDX-License-Identifier: MIT
// A peer that sends a megabyte and closes is read to the last byte.

import {
  AGAIN,
  acceptNonblocking,
  buffer,
  equal,
  iovec,
  iovs,
  listener,
  MS,
  ok,
  out,
  sleep,
} from '../prelude';
import { fd_read } from '../wasi_snapshot_preview1';

const fd = acceptNonblocking(listener());
let total: u32 = 0;
for (;;) {
  iovec(0, buffer, 65536);
  const status = fd_read(fd, iovs, 1, out);
  if (status === AGAIN) {
    sleep(MS);
    continue;
  }
  ok('fd_read', status);
  const length = load<u32>(out);
  if (length === 0) break;
  for (let i: u32 = 0; i < length; i++) equal('a byte', load<u8>(buffer + i), (total + i) % 251);
  total += length;
}
equal('bytes', total, 1000000);
