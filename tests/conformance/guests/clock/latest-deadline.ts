// SPDX-License-Identifier: MIT
// The latest deadline there is does not overflow into one that is due.

import {
  ABSTIME,
  CLOCK,
  equal,
  expect,
  MONOTONIC,
  MS,
  poll,
  REALTIME,
  wantClock,
  wantTimeout,
} from '../prelude';

wantClock(MONOTONIC, u64.MAX_VALUE, ABSTIME, 1);
wantClock(REALTIME, u64.MAX_VALUE, ABSTIME, 2);
wantTimeout(5 * MS, 3);
equal('events', poll(), 1);
expect(3, CLOCK);
