// SPDX-License-Identifier: MIT
// Bytes that no field of a subscription uses make no difference.

import {
  CLOCK,
  equal,
  errorOf,
  events,
  MONOTONIC,
  nevents,
  ok,
  SUBSCRIPTION,
  subscriptions,
} from '../prelude';
import { poll_oneoff } from '../wasi_snapshot_preview1';

memory.fill(subscriptions, 0xa5, SUBSCRIPTION);
store<u64>(subscriptions, 1);
store<u8>(subscriptions + 8, CLOCK);
store<u32>(subscriptions + 16, MONOTONIC);
store<u64>(subscriptions + 24, 0);
store<u64>(subscriptions + 32, 0);
store<u16>(subscriptions + 40, 0);
ok('poll_oneoff', poll_oneoff(subscriptions, events, 1, nevents));
equal('events', load<u32>(nevents), 1);
equal('error', errorOf(events), 0);
