// SPDX-License-Identifier: MIT
// The deadline 0 is in the past, and no "wait for ever".

import {
  ABSTIME,
  CLOCK,
  expect,
  guarded,
  MONOTONIC,
  nothingElse,
  poll,
  REALTIME,
  wantClock,
} from '../prelude';

wantClock(MONOTONIC, 0, ABSTIME, 1);
wantClock(REALTIME, 0, ABSTIME, 2);
guarded();
poll();
expect(1, CLOCK);
expect(2, CLOCK);
nothingElse();
