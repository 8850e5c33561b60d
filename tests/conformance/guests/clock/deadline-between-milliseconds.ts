// SPDX-License-Identifier: MIT
// A deadline that is no whole millisecond away is never early.

import {
  ABSTIME,
  atLeast,
  CLOCK,
  clear,
  expect,
  MONOTONIC,
  now,
  poll,
  wantClock,
} from '../prelude';

for (let i = 0; i < 20; i++) {
  const deadline = now() + 1_700_001;
  clear();
  wantClock(MONOTONIC, deadline, ABSTIME, 1);
  poll();
  expect(1, CLOCK);
  atLeast('the clock', now(), deadline);
}
