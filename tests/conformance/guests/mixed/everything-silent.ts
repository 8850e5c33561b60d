// SPDX-License-Identifier: MIT
// A pipe, a listener and connections that are all silent: the clock alone is reported.

import {
  accept,
  CLOCK,
  equal,
  expect,
  go,
  listener,
  MS,
  poll,
  wantRead,
  wantTimeout,
} from '../prelude';

const l = listener();
const a = accept(l);
const b = accept(l);
go();
wantRead(0, 1);
wantRead(l, 2);
wantRead(a, 3);
wantRead(b, 4);
wantTimeout(20 * MS, 5);
equal('events', poll(), 1);
expect(5, CLOCK);
