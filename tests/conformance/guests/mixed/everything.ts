// SPDX-License-Identifier: MIT
// A pipe, a file, a listener, connections, clocks, standard output and a bad descriptor in one call: exactly what is ready is reported.

import {
  accept,
  BADF,
  CLOCK,
  expect,
  FD_READ,
  FD_WRITE,
  go,
  guarded,
  listener,
  nothingElse,
  openFile,
  poll,
  SECOND,
  wantRead,
  wantTimeout,
  wantWrite,
} from '../prelude';

const l = listener();
const a = accept(l);
const b = accept(l);
go();
wantRead(0, 1);
wantRead(openFile('hello.txt'), 2);
wantRead(l, 3);
wantRead(a, 4);
wantRead(b, 5);
wantWrite(b, 6);
wantTimeout(600 * SECOND, 7);
wantTimeout(0, 8);
wantWrite(1, 9);
wantRead(99, 10);
guarded();
poll();
expect(2, FD_READ);
expect(5, FD_READ);
expect(6, FD_WRITE);
expect(8, CLOCK);
expect(9, FD_WRITE);
expect(10, FD_READ, BADF);
nothingElse();
