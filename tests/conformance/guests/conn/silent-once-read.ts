// SPDX-License-Identifier: MIT
// A connection whose data was taken is not readable until more comes.

import {
  acceptNonblocking,
  CLOCK,
  equal,
  expect,
  FD_READ,
  go,
  listener,
  MS,
  poll,
  reads,
  say,
  wantRead,
  wantTimeout,
} from '../prelude';

const fd = acceptNonblocking(listener());
wantRead(fd, 1);
wantTimeout(5 * MS, 2);
go();
poll();
expect(1, FD_READ);
reads(fd, 'one');
equal('events', poll(), 1);
expect(2, CLOCK);
say('read');
go();
poll();
expect(1, FD_READ);
reads(fd, 'two');
