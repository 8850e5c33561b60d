// SPDX-License-Identifier: MIT
// A timeout of one nanosecond ends.

import { CLOCK, clear, equal, expect, poll, wantTimeout } from '../prelude';

for (let i = 0; i < 10; i++) {
  clear();
  wantTimeout(1, i);
  equal('events', poll(), 1);
  expect(i, CLOCK);
}
