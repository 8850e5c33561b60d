// SPDX-License-Identifier: MIT
// Pointers that are -1 are EFAULT or a trap.

import { events, MONOTONIC, nevents, outOfBounds, putClock, subscriptions } from '../prelude';
import { poll_oneoff } from '../wasi_snapshot_preview1';

putClock(subscriptions, MONOTONIC, 0, 0, 1);
outOfBounds('subscriptions', poll_oneoff(0xffffffff, events, 1, nevents));
outOfBounds('events', poll_oneoff(subscriptions, 0xffffffff, 1, nevents));
outOfBounds('nevents', poll_oneoff(subscriptions, events, 1, 0xffffffff));
