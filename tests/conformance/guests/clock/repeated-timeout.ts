// SPDX-License-Identifier: MIT
// A relative timeout counts anew in each call, also when the list is the same.

import { atLeast, CLOCK, equal, expect, MS, now, poll, wantTimeout } from '../prelude';

const start = now();
wantTimeout(10 * MS, 1);
for (let i = 1; i <= 3; i++) {
  equal('events', poll(), 1);
  expect(1, CLOCK);
  atLeast('ns that passed', now() - start, 10 * MS * i);
}
