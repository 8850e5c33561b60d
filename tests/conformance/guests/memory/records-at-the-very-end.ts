// SPDX-License-Identifier: MIT
// Records that end with the last byte of the memory are within it.

import { equal, events, MONOTONIC, nevents, ok, putClock, subscriptions } from '../prelude';
import { poll_oneoff } from '../wasi_snapshot_preview1';

const end: usize = (<usize>memory.size()) << 16;
putClock(end - 48, MONOTONIC, 0, 0, 1);
ok('subscriptions at the end', poll_oneoff(end - 48, events, 1, nevents));
equal('events', load<u32>(nevents), 1);
putClock(subscriptions, MONOTONIC, 0, 0, 2);
ok('events at the end', poll_oneoff(subscriptions, end - 32, 1, nevents));
equal('userdata', load<u64>(end - 32), 2);
ok('nevents at the end', poll_oneoff(subscriptions, events, 1, end - 4));
equal('events', load<u32>(end - 4), 1);
