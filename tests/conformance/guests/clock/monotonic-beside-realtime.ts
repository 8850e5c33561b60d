// SPDX-License-Identifier: MIT
// Deadlines on two clocks in one call are each compared with their own clock.

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
  REALTIME,
  SECOND,
  wantClock,
} from '../prelude';

wantClock(MONOTONIC, now() + 600 * SECOND, ABSTIME, 1);
wantClock(REALTIME, now(REALTIME) + 5 * MS, ABSTIME, 2);
equal('events', poll(), 1);
expect(2, CLOCK);
clear();
wantClock(MONOTONIC, now() + 5 * MS, ABSTIME, 3);
wantClock(REALTIME, now(REALTIME) + 600 * SECOND, ABSTIME, 4);
equal('events', poll(), 1);
expect(3, CLOCK);
