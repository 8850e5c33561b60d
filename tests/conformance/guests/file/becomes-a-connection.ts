// SPDX-License-Identifier: MIT
// A connection that is renumbered over a file is waited for as a connection.

import {
  accept,
  CLOCK,
  equal,
  expect,
  FD_READ,
  go,
  listener,
  MS,
  ok,
  openFile,
  poll,
  reads,
  say,
  wantRead,
  wantTimeout,
} from '../prelude';
import { fd_renumber } from '../wasi_snapshot_preview1';

const fd = accept(listener());
const file = openFile('hello.txt');
wantRead(file, 1);
wantTimeout(10 * MS, 2);
poll();
expect(1, FD_READ);
ok('fd_renumber', fd_renumber(fd, file));
equal('events', poll(), 1);
expect(2, CLOCK);
say('renumbered');
go();
poll();
expect(1, FD_READ);
reads(file, 'x');
