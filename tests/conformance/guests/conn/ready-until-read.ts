// SPDX-License-Identifier: MIT
// A connection stays readable until all of its data was taken: readiness is a level, no edge.

import {
  acceptNonblocking,
  CLOCK,
  expect,
  FD_READ,
  go,
  listener,
  nothingElse,
  poll,
  reads,
  wantRead,
  wantTimeout,
} from '../prelude';

const fd = acceptNonblocking(listener());
go();
wantRead(fd, 1);
wantTimeout(0, 2);
for (let i = 0; i < 3; i++) {
  poll();
  expect(1, FD_READ);
}
reads(fd, 'hel');
poll();
expect(1, FD_READ);
reads(fd, 'lo');
poll();
expect(2, CLOCK);
nothingElse();
