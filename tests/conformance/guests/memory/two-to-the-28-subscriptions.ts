// SPDX-License-Identifier: MIT
// A count whose size in bytes overflows 32 bits, 2^28, is refused: no success, no crash.
// 48 times 2^28 is 3 times 2^32, which is 0 in 32 bits.

import { events, MONOTONIC, nevents, putClock, refused, subscriptions } from '../prelude';
import { poll_oneoff } from '../wasi_snapshot_preview1';

putClock(subscriptions, MONOTONIC, 0, 0, 1);
const status = poll_oneoff(subscriptions, events, 1 << 28, nevents);
refused('poll_oneoff', status);
