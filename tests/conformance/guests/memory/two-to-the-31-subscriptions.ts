// SPDX-License-Identifier: MIT
// The counts 2^31 and 2^32-1 are refused: no success, no crash.

import { events, MONOTONIC, nevents, putClock, refused, subscriptions } from '../prelude';
import { poll_oneoff } from '../wasi_snapshot_preview1';

putClock(subscriptions, MONOTONIC, 0, 0, 1);
refused('poll_oneoff of 2^31', poll_oneoff(subscriptions, events, 0x80000000, nevents));
refused('poll_oneoff of 2^32-1', poll_oneoff(subscriptions, events, 0xffffffff, nevents));
