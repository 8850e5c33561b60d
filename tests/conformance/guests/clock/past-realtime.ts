// SPDX-License-Identifier: MIT
// A deadline that the realtime clock has passed, here in 1970, is due at once.

import {
  ABSTIME,
  CLOCK,
  expect,
  guarded,
  nothingElse,
  poll,
  REALTIME,
  SECOND,
  wantClock,
} from '../prelude';

wantClock(REALTIME, SECOND, ABSTIME, 1);
guarded();
poll();
expect(1, CLOCK);
nothingElse();
