// SPDX-License-Identifier: MIT
// A connection that gets the number of a closed one is waited for anew, although the list has the same bytes.

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
  putFd,
  reads,
  say,
  subscriptions,
  wantRead,
  wantTimeout,
} from '../prelude';
import { fd_close } from '../wasi_snapshot_preview1';

const l = listener();
let fd = acceptNonblocking(l);
go();
wantRead(fd, 1);
wantTimeout(10 * MS, 2);
poll();
expect(1, FD_READ);
reads(fd, 'old');
ok('fd_close', fd_close(fd));
say('closed');
go();
// Hosts that never use a number twice are asked in the same way.
fd = acceptNonblocking(l);
putFd(subscriptions, FD_READ, fd, 1);
equal('events', poll(), 1);
expect(2, CLOCK);
say('silent');
go();
poll();
expect(1, FD_READ);
reads(fd, 'new');
