// SPDX-License-Identifier: MIT
// The reset of one connection is no event of the others.

import {
  accept,
  FD_READ,
  fail,
  find,
  go,
  guarded,
  listener,
  nothingElse,
  poll,
  say,
  wantRead,
} from '../prelude';

const l = listener();
for (let i = 1; i <= 3; i++) wantRead(accept(l), i);
guarded();
say('accepted');
go();
poll();
if (find(2, FD_READ) === 0) fail('the reset is not reported');
nothingElse();
