// SPDX-License-Identifier: MIT
// Connections wait in the queue, and all are taken after one event.

import {
  AGAIN,
  errno,
  expect,
  FD_READ,
  go,
  guarded,
  listener,
  NONBLOCK,
  ok,
  out,
  poll,
  setFlags,
  wantRead,
} from '../prelude';
import { sock_accept } from '../wasi_snapshot_preview1';

go();
const l = listener();
setFlags(l, NONBLOCK);
wantRead(l, 1);
guarded();
poll();
expect(1, FD_READ);
for (let i = 0; i < 5; i++) ok('sock_accept', sock_accept(l, 0, out));
errno('sock_accept', sock_accept(l, 0, out), AGAIN);
