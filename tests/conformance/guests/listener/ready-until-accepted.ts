// SPDX-License-Identifier: MIT
// A listener stays ready until its queue is empty: readiness is a level, no edge.

import {
  accept,
  CLOCK,
  expect,
  FD_READ,
  go,
  listener,
  nothingElse,
  poll,
  wantRead,
  wantTimeout,
} from '../prelude';

go();
const l = listener();
wantRead(l, 1);
wantTimeout(0, 2);
for (let i = 0; i < 2; i++) {
  poll();
  expect(1, FD_READ);
}
accept(l);
poll();
expect(1, FD_READ);
accept(l);
poll();
expect(2, CLOCK);
nothingElse();
