// SPDX-License-Identifier: MIT
// A timeout of 100 us is not cut to 0: twenty of them in a row are never early.

import { atLeast, CLOCK, clear, expect, now, poll, wantTimeout } from '../prelude';

for (let i = 0; i < 20; i++) {
  const start = now();
  clear();
  wantTimeout(100_000, 1);
  poll();
  expect(1, CLOCK);
  atLeast('ns that passed', now() - start, 100_000);
}
