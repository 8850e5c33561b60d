// SPDX-License-Identifier: MIT
// Standard input that a connection is renumbered over is waited for as that connection.

import {
  acceptNonblocking,
  CLOCK,
  clear,
  equal,
  expect,
  FD_READ,
  go,
  guarded,
  listener,
  MS,
  ok,
  poll,
  reads,
  say,
  wantRead,
  wantTimeout,
} from '../prelude';
import { fd_renumber } from '../wasi_snapshot_preview1';

const fd = acceptNonblocking(listener());
go();
wantRead(0, 1);
wantTimeout(5 * MS, 2);
equal('events', poll(), 1);
expect(2, CLOCK);
ok('fd_renumber', fd_renumber(fd, 0));
say('renumbered');
clear();
wantRead(0, 1);
guarded();
poll();
expect(1, FD_READ);
reads(0, 'x');
