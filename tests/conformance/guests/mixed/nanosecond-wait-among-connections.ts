// SPDX-License-Identifier: MIT
// A wait of 1.5 ms beside silent connections is never early.

import {
  accept,
  atLeast,
  CLOCK,
  equal,
  expect,
  listener,
  now,
  poll,
  wantRead,
  wantTimeout,
} from '../prelude';

const l = listener();
for (let i = 0; i < 20; i++) wantRead(accept(l), i);
wantTimeout(1_500_000, 99);
for (let i = 0; i < 10; i++) {
  const start = now();
  equal('events', poll(), 1);
  expect(99, CLOCK);
  atLeast('ns that passed', now() - start, 1_500_000);
}
