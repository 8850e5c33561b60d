// SPDX-License-Identifier: MIT
// A non-blocking connection takes a part, says how much, and nothing of it is lost or doubled.

import {
  AGAIN,
  acceptNonblocking,
  buffer,
  clear,
  expect,
  FD_WRITE,
  guarded,
  iovec,
  iovs,
  listener,
  ok,
  out,
  poll,
  wantWrite,
} from '../prelude';
import { fd_close, fd_write } from '../wasi_snapshot_preview1';

const fd = acceptNonblocking(listener());
const SIZE: u32 = 4000000;
const PERIOD: u32 = 251;
for (let i: u32 = 0; i < 65536; i++) store<u8>(buffer + i, <u8>(i % PERIOD));
for (let done: u32 = 0; done < SIZE; ) {
  const from = done % PERIOD;
  iovec(0, buffer + from, min<u32>(65536 - from, SIZE - done));
  const status = fd_write(fd, iovs, 1, out);
  if (status === AGAIN) {
    wantWrite(fd, 1);
    guarded();
    poll();
    expect(1, FD_WRITE);
    clear();
    continue;
  }
  ok('fd_write', status);
  done += load<u32>(out);
}
ok('fd_close', fd_close(fd));
