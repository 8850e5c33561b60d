// SPDX-License-Identifier: MIT
// A connection that takes no more is not ready for writing.

import {
  acceptNonblocking,
  CLOCK,
  equal,
  expect,
  fill,
  listener,
  MS,
  poll,
  wantTimeout,
  wantWrite,
} from '../prelude';

const fd = acceptNonblocking(listener());
fill(fd);
wantWrite(fd, 1);
wantTimeout(20 * MS, 2);
equal('events', poll(), 1);
expect(2, CLOCK);
