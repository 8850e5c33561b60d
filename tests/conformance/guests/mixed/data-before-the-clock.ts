// SPDX-License-Identifier: MIT
// Data that comes before the time of a clock ends the wait, and the clock is not reported.

import {
  accept,
  equal,
  expect,
  FD_READ,
  listener,
  poll,
  SECOND,
  say,
  wantRead,
  wantTimeout,
} from '../prelude';

const fd = accept(listener());
say('waiting');
wantTimeout(600 * SECOND, 1);
wantRead(fd, 2);
equal('events', poll(), 1);
expect(2, FD_READ);
