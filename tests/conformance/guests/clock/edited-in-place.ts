// SPDX-License-Identifier: MIT
// A timeout that is changed in the same list counts as it is now.

import {
  atLeast,
  CLOCK,
  equal,
  expect,
  MS,
  now,
  poll,
  subscriptions,
  wantTimeout,
} from '../prelude';

wantTimeout(0, 1);
equal('events', poll(), 1);
store<u64>(subscriptions + 24, 15 * MS);
const start = now();
equal('events', poll(), 1);
expect(1, CLOCK);
atLeast('ns that passed', now() - start, 15 * MS);
