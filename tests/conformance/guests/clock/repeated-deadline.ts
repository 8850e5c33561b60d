// SPDX-License-Identifier: MIT
// A deadline that has come stays due in each further call with the same list.

import {
  ABSTIME,
  CLOCK,
  expect,
  guarded,
  MONOTONIC,
  MS,
  nothingElse,
  now,
  poll,
  wantClock,
} from '../prelude';

wantClock(MONOTONIC, now() + 5 * MS, ABSTIME, 1);
guarded();
for (let i = 1; i <= 3; i++) {
  poll();
  expect(1, CLOCK);
  nothingElse();
}
