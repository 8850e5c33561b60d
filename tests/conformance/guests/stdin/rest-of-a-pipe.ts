// SPDX-License-Identifier: MIT
// A pipe of which a part was read is still readable, and is silent once all was read.

import {
  CLOCK,
  clear,
  equal,
  expect,
  FD_READ,
  guarded,
  MS,
  poll,
  reads,
  wantRead,
  wantTimeout,
} from '../prelude';

wantRead(0, 1);
guarded();
poll();
expect(1, FD_READ);
reads(0, 'hel');
poll();
expect(1, FD_READ);
reads(0, 'lo');
clear();
wantRead(0, 1);
wantTimeout(5 * MS, 2);
equal('events', poll(), 1);
expect(2, CLOCK);
