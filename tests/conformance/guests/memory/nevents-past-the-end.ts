// SPDX-License-Identifier: MIT
// A pointer for the number of events past the end is EFAULT or a trap.

import { events, MONOTONIC, outOfBounds, putClock, subscriptions } from '../prelude';
import { poll_oneoff } from '../wasi_snapshot_preview1';

const end: usize = (<usize>memory.size()) << 16;
putClock(subscriptions, MONOTONIC, 0, 0, 1);
outOfBounds('poll_oneoff', poll_oneoff(subscriptions, events, 1, end));
