// SPDX-License-Identifier: MIT
// A clock that does not exist is refused, or is an event with an error.

import {
  either,
  equal,
  errorOf,
  events,
  guarded,
  INVAL,
  NOTSUP,
  nevents,
  refused,
  SUCCESS,
  subscriptions,
  wantClock,
} from '../prelude';
import { poll_oneoff } from '../wasi_snapshot_preview1';

wantClock(77, 0, 0, 1);
guarded();
const status = poll_oneoff(subscriptions, events, 2, nevents);
if (status === SUCCESS) {
  equal('events', load<u32>(nevents), 1);
  refused('the event of an unknown clock', errorOf(events));
} else either('poll_oneoff', status, INVAL, NOTSUP);
