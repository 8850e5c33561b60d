// SPDX-License-Identifier: MIT
// Room for events that goes past the end is EFAULT or a trap.

import { MONOTONIC, nevents, outOfBounds, putClock, subscriptions } from '../prelude';
import { poll_oneoff } from '../wasi_snapshot_preview1';

const end: usize = (<usize>memory.size()) << 16;
putClock(subscriptions, MONOTONIC, 0, 0, 1);
outOfBounds('poll_oneoff', poll_oneoff(subscriptions, end - 24, 1, nevents));
