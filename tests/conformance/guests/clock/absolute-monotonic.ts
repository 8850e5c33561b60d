// SPDX-License-Identifier: MIT
// A deadline on the monotonic clock is reported once that clock has reached it.

import {
  ABSTIME,
  atLeast,
  CLOCK,
  equal,
  expect,
  MONOTONIC,
  MS,
  now,
  poll,
  wantClock,
} from '../prelude';

const deadline = now() + 20 * MS;
wantClock(MONOTONIC, deadline, ABSTIME, 1);
equal('events', poll(), 1);
expect(1, CLOCK);
atLeast('the clock', now(), deadline);
