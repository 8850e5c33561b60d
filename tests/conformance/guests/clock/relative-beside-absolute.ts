// SPDX-License-Identifier: MIT
// A timeout and a deadline in one call are each measured in their own way.

import {
  ABSTIME,
  CLOCK,
  clear,
  equal,
  expect,
  MONOTONIC,
  MS,
  now,
  poll,
  SECOND,
  wantClock,
  wantTimeout,
} from '../prelude';

wantClock(MONOTONIC, now() + 600 * SECOND, ABSTIME, 1);
wantTimeout(5 * MS, 2);
equal('events', poll(), 1);
expect(2, CLOCK);
clear();
wantClock(MONOTONIC, now() + 5 * MS, ABSTIME, 3);
wantTimeout(600 * SECOND, 4);
equal('events', poll(), 1);
expect(3, CLOCK);
