// SPDX-License-Identifier: MIT
// A precision allows to be later, and never to be early.

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

const start = now();
wantTimeout(10 * MS, 1);
store<u64>(subscriptions + 32, 5 * MS);
equal('events', poll(), 1);
expect(1, CLOCK);
atLeast('ns that passed', now() - start, 10 * MS);
