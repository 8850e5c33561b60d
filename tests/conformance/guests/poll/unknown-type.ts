// SPDX-License-Identifier: MIT
// A subscription of a type that does not exist is refused, or is an event with an error.

import {
  equal,
  errno,
  errorOf,
  events,
  INVAL,
  MONOTONIC,
  nevents,
  putClock,
  refused,
  SUCCESS,
  subscriptions,
} from '../prelude';
import { poll_oneoff } from '../wasi_snapshot_preview1';

putClock(subscriptions, MONOTONIC, 0, 0, 1);
store<u8>(subscriptions + 8, 3);
const status = poll_oneoff(subscriptions, events, 1, nevents);
if (status === SUCCESS) {
  equal('number of events', load<u32>(nevents), 1);
  refused('the event of an unknown type', errorOf(events));
} else errno('poll_oneoff', status, INVAL);
