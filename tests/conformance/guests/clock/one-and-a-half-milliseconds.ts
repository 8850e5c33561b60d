// SPDX-License-Identifier: MIT
// A timeout of 1.5 ms is not cut to 1 ms: twenty of them in a row are never early.

import { atLeast, CLOCK, clear, expect, now, poll, wantTimeout } from '../prelude';

for (let i = 0; i < 20; i++) {
  const start = now();
  clear();
  wantTimeout(1_500_000, 1);
  poll();
  expect(1, CLOCK);
  atLeast('ns that passed', now() - start, 1_500_000);
}
