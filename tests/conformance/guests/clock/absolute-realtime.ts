// SPDX-License-Identifier: MIT
// A deadline on the realtime clock is reported once that clock has reached it.

import {
  ABSTIME,
  atLeast,
  CLOCK,
  equal,
  expect,
  MS,
  now,
  poll,
  REALTIME,
  wantClock,
} from '../prelude';

const deadline = now(REALTIME) + 20 * MS;
wantClock(REALTIME, deadline, ABSTIME, 1);
equal('events', poll(), 1);
expect(1, CLOCK);
atLeast('the clock', now(REALTIME), deadline);
