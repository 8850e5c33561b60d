// SPDX-License-Identifier: MIT
// A listener that the guest has closed is EBADF in the next call with the same list.

import {
  BADF,
  CLOCK,
  equal,
  expect,
  FD_READ,
  listener,
  MS,
  ok,
  poll,
  wantRead,
  wantTimeout,
} from '../prelude';
import { fd_close } from '../wasi_snapshot_preview1';

const l = listener();
wantRead(l, 1);
wantTimeout(5 * MS, 2);
equal('events', poll(), 1);
expect(2, CLOCK);
ok('fd_close', fd_close(l));
equal('events', poll(), 1);
expect(1, FD_READ, BADF);
