// SPDX-License-Identifier: MIT
// The same list again and again gives what is so at that moment.

import {
  acceptNonblocking,
  buffer,
  equal,
  FD_READ,
  find,
  go,
  guarded,
  iovec,
  iovs,
  listener,
  ok,
  out,
  poll,
  say,
  wantRead,
} from '../prelude';
import { fd_read } from '../wasi_snapshot_preview1';

const l = listener();
const first = acceptNonblocking(l);
const second = acceptNonblocking(l);
wantRead(first, 1);
wantRead(second, 2);
guarded();
// Which of the two clients came first does not matter: each byte comes once.
let seen: u64 = 0;
for (let turn = 1; turn <= 3; turn++) {
  go();
  equal('events', poll(), 1);
  const fd = find(1, FD_READ) !== 0 ? first : second;
  iovec(0, buffer, 8);
  ok('fd_read', fd_read(fd, iovs, 1, out));
  equal('bytes', load<u32>(out), 1);
  seen = seen * 10 + load<u8>(buffer) - 0x30;
  if (turn === 1) say('one');
  if (turn === 2) say('two');
}
equal('what came', seen, 123);
