// SPDX-License-Identifier: MIT
// Subscriptions that change places in the list keep their userdata.

import {
  accept,
  expect,
  FD_READ,
  go,
  guarded,
  listener,
  nothingElse,
  poll,
  putFd,
  SUBSCRIPTION,
  subscriptions,
  wantRead,
} from '../prelude';

const l = listener();
const a = accept(l);
const b = accept(l);
go();
wantRead(a, 1);
wantRead(b, 2);
guarded();
poll();
expect(2, FD_READ);
nothingElse();
putFd(subscriptions, FD_READ, b, 22);
putFd(subscriptions + SUBSCRIPTION, FD_READ, a, 11);
poll();
expect(22, FD_READ);
nothingElse();
