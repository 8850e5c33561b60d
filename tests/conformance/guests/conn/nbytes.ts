// SPDX-License-Identifier: MIT
// The field nbytes is the number of bytes that can be read.

import {
  accept,
  equal,
  expect,
  FD_READ,
  go,
  guarded,
  listener,
  nbytesOf,
  poll,
  reads,
  say,
  wantRead,
} from '../prelude';

const fd = accept(listener());
wantRead(fd, 1);
guarded();
go();
poll();
equal('nbytes', nbytesOf(expect(1, FD_READ)), 5);
say('polled');
go();
poll();
equal('nbytes', nbytesOf(expect(1, FD_READ)), 12);
reads(fd, 'hello, ');
poll();
equal('nbytes', nbytesOf(expect(1, FD_READ)), 5);
