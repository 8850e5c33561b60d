// SPDX-License-Identifier: MIT
// A peer that ends its direction in the middle of a transfer gets all that the guest still sends.

import {
  AGAIN,
  acceptNonblocking,
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
  readsEnd,
  SUCCESS,
  say,
  wantRead,
  wantWrite,
} from '../prelude';
import { fd_close, fd_read, fd_write } from '../wasi_snapshot_preview1';

const SIZE: u32 = 200000;
const fd = acceptNonblocking(listener());
memory.grow(4);
const data: usize = ((<usize>memory.size()) << 16) - SIZE;
let have: u32 = 0;
let sent: u32 = 0;
// Answers begin while the peer is still sending; half of them wait for its end.
while (sent < SIZE) {
  clear();
  if (have < SIZE) wantRead(fd, 1);
  if (sent < have) wantWrite(fd, 2);
  guarded();
  poll();
  if (find(1, FD_READ) !== 0) {
    iovec(0, data + have, SIZE - have);
    const status = fd_read(fd, iovs, 1, out);
    either('fd_read', status, SUCCESS, AGAIN);
    if (status === SUCCESS) have += load<u32>(out);
    if (have === SIZE) {
      readsEnd(fd);
      say('read');
    }
  }
  if (find(2, FD_WRITE) !== 0 && (sent < SIZE / 2 || have === SIZE)) {
    iovec(0, data + sent, min<u32>(have - sent, 30000));
    const status = fd_write(fd, iovs, 1, out);
    either('fd_write', status, SUCCESS, AGAIN);
    if (status === SUCCESS) sent += load<u32>(out);
  }
}
ok('fd_close', fd_close(fd));
