// SPDX-License-Identifier: MIT
// An echo that polls for both directions gives 100,000 bytes back as they came.

import {
  AGAIN,
  acceptNonblocking,
  buffer,
  clear,
  either,
  FD_READ,
  FD_WRITE,
  find,
  guarded,
  iovec,
  iovs,
  listener,
  ok,
  out,
  poll,
  SUCCESS,
  wantRead,
  wantWrite,
} from '../prelude';
import { fd_close, fd_read, fd_write } from '../wasi_snapshot_preview1';

const SIZE: u32 = 65536;
const fd = acceptNonblocking(listener());
let held: u32 = 0;
let ended = false;
while (!ended || held > 0) {
  clear();
  if (!ended && held < SIZE) wantRead(fd, 1);
  if (held > 0) wantWrite(fd, 2);
  guarded();
  poll();
  if (find(1, FD_READ) !== 0) {
    iovec(0, buffer + held, SIZE - held);
    const status = fd_read(fd, iovs, 1, out);
    either('fd_read', status, SUCCESS, AGAIN);
    if (status === SUCCESS) {
      held += load<u32>(out);
      ended = load<u32>(out) === 0;
    }
  }
  if (find(2, FD_WRITE) !== 0) {
    iovec(0, buffer, held);
    const status = fd_write(fd, iovs, 1, out);
    either('fd_write', status, SUCCESS, AGAIN);
    if (status === SUCCESS) {
      held -= load<u32>(out);
      memory.copy(buffer, buffer + load<u32>(out), held);
    }
  }
}
ok('fd_close', fd_close(fd));
