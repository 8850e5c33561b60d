// SPDX-License-Identifier: MIT
// A connection that nothing has come in is not readable.

import {
  accept,
  CLOCK,
  equal,
  expect,
  listener,
  MS,
  poll,
  wantRead,
  wantTimeout,
} from '../prelude';

wantRead(accept(listener()), 1);
wantTimeout(20 * MS, 2);
equal('events', poll(), 1);
expect(2, CLOCK);
