// SPDX-License-Identifier: MIT
// A clock that is due and a connection with data are both reported by one call.

import {
  accept,
  CLOCK,
  equal,
  expect,
  FD_READ,
  go,
  listener,
  poll,
  wantRead,
  wantTimeout,
} from '../prelude';

const fd = accept(listener());
go();
wantTimeout(0, 1);
wantRead(fd, 2);
equal('events', poll(), 2);
expect(1, CLOCK);
expect(2, FD_READ);
