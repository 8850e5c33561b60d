// SPDX-License-Identifier: MIT
// The event of a reset connection has the hangup flag and no error: the subscription was processed.
// mio ends its poll, and tokio panics, on any event with an error.

import {
  accept,
  equal,
  expect,
  FD_READ,
  flagsOf,
  go,
  guarded,
  HANGUP,
  listener,
  poll,
  say,
  wantRead,
} from '../prelude';

const fd = accept(listener());
say('accepted');
go();
wantRead(fd, 1);
guarded();
poll();
equal('flags', flagsOf(expect(1, FD_READ)), HANGUP);
