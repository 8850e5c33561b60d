// SPDX-License-Identifier: MIT
// The list of subscriptions is read and never written.

import {
  buffer,
  equal,
  MS,
  poll,
  REALTIME,
  SECOND,
  SUBSCRIPTION,
  subscriptions,
  wantClock,
  wantTimeout,
} from '../prelude';

wantTimeout(MS, 1);
wantClock(REALTIME, 60 * SECOND, 0, 2);
memory.copy(buffer, subscriptions, SUBSCRIPTION * 2);
poll();
equal('difference', memory.compare(buffer, subscriptions, SUBSCRIPTION * 2), 0);
