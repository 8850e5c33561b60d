// SPDX-License-Identifier: MIT
// The number of events is stored as 32 bits, and nothing beside it is touched.

import { equal, events, MONOTONIC, nevents, ok, putClock, subscriptions } from '../prelude';
import { poll_oneoff } from '../wasi_snapshot_preview1';

memory.fill(nevents, 0xee, 16);
putClock(subscriptions, MONOTONIC, 0, 0, 1);
ok('poll_oneoff', poll_oneoff(subscriptions, events, 1, nevents + 4));
equal('before it', load<u32>(nevents), 0xeeeeeeee);
equal('nevents', load<u32>(nevents + 4), 1);
equal('behind it', load<u32>(nevents + 8), 0xeeeeeeee);
