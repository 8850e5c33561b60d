// SPDX-License-Identifier: MIT
// A number that another connection was moved to is that connection, in the next call with the same list.

import {
  acceptNonblocking,
  CLOCK,
  equal,
  expect,
  FD_READ,
  go,
  listener,
  MS,
  ok,
  poll,
  reads,
  wantRead,
  wantTimeout,
} from '../prelude';
import { fd_renumber } from '../wasi_snapshot_preview1';

const l = listener();
const a = acceptNonblocking(l);
const b = acceptNonblocking(l);
go();
wantRead(a, 1);
wantTimeout(5 * MS, 2);
equal('events', poll(), 1);
expect(2, CLOCK);
ok('fd_renumber', fd_renumber(b, a));
poll();
expect(1, FD_READ);
reads(a, 'from b');
