// SPDX-License-Identifier: MIT
// A call with a bad descriptor leaves nothing behind: the next one waits as ever.

import {
  BADF,
  CLOCK,
  clear,
  equal,
  expect,
  FD_READ,
  MS,
  poll,
  wantRead,
  wantTimeout,
} from '../prelude';

wantRead(99, 1);
equal('events', poll(), 1);
expect(1, FD_READ, BADF);
clear();
wantTimeout(5 * MS, 2);
equal('events', poll(), 1);
expect(2, CLOCK);
