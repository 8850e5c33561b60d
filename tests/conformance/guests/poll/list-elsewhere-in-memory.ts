// SPDX-License-Identifier: MIT
// The same list at another address gives the same events.

import {
  buffer,
  equal,
  events,
  nevents,
  ok,
  poll,
  SECOND,
  SUBSCRIPTION,
  subscriptions,
  wantTimeout,
} from '../prelude';
import { poll_oneoff } from '../wasi_snapshot_preview1';

wantTimeout(0, 1);
wantTimeout(600 * SECOND, 2);
equal('events', poll(), 1);
const other = buffer + 4096;
memory.copy(other, subscriptions, SUBSCRIPTION * 2);
memory.fill(subscriptions, 0xff, SUBSCRIPTION * 2);
ok('poll_oneoff', poll_oneoff(other, events, 2, nevents));
equal('events from the other address', load<u32>(nevents), 1);
equal('userdata', load<u64>(events), 1);
