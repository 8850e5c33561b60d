// SPDX-License-Identifier: MIT
// Subscriptions that go one byte past the end are EFAULT or a trap.

import { events, nevents, outOfBounds } from '../prelude';
import { poll_oneoff } from '../wasi_snapshot_preview1';

const end: usize = (<usize>memory.size()) << 16;
outOfBounds('poll_oneoff', poll_oneoff(end - 40, events, 1, nevents));
