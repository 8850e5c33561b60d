// SPDX-License-Identifier: MIT
// A deadline that the monotonic clock has passed is due at once.

import {
  ABSTIME,
  CLOCK,
  expect,
  guarded,
  MONOTONIC,
  nothingElse,
  now,
  poll,
  wantClock,
} from '../prelude';

wantClock(MONOTONIC, now() - 1, ABSTIME, 1);
guarded();
poll();
expect(1, CLOCK);
nothingElse();
