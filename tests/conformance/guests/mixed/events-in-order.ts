// SPDX-License-Identifier: MIT
// Events of descriptors, clocks and errors come in the order of their subscriptions.

import {
  accept,
  EVENT,
  equal,
  events,
  go,
  listener,
  poll,
  wantRead,
  wantTimeout,
  wantWrite,
} from '../prelude';

const l = listener();
const a = accept(l);
const b = accept(l);
go();
wantTimeout(0, 0);
wantRead(b, 1);
wantRead(99, 2);
wantWrite(a, 3);
wantRead(a, 4);
wantTimeout(0, 5);
wantWrite(b, 6);
equal('events', poll(), 7);
for (let i = 0; i < 7; i++) equal('userdata', load<u64>(events + EVENT * i), i);
