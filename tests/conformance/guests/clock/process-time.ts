// SPDX-License-Identifier: MIT
// A clock of CPU time in a subscription is answered: an error in the event or of the call, or the event. It never blocks for ever.

import {
  either,
  equal,
  events,
  guarded,
  INVAL,
  NOTSUP,
  nevents,
  SUCCESS,
  subscriptions,
  wantClock,
} from '../prelude';
import { poll_oneoff } from '../wasi_snapshot_preview1';

wantClock(2, 0, 0, 1);
guarded();
const status = poll_oneoff(subscriptions, events, 2, nevents);
if (status === SUCCESS) {
  equal('events', load<u32>(nevents), 1);
  equal('userdata', load<u64>(events), 1);
} else either('poll_oneoff', status, INVAL, NOTSUP);
