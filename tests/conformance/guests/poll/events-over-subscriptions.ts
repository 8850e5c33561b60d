// SPDX-License-Identifier: MIT
// Events may be written over the subscriptions that they are for.

import { CLOCK, EVENT, equal, nevents, ok, subscriptions, wantTimeout } from '../prelude';
import { poll_oneoff } from '../wasi_snapshot_preview1';

for (let i = 0; i < 4; i++) wantTimeout(0, 40 + i);
ok('poll_oneoff', poll_oneoff(subscriptions, subscriptions, 4, nevents));
equal('events', load<u32>(nevents), 4);
let seen: u64 = 0;
for (let i = 0; i < 4; i++) {
  equal('type', load<u8>(subscriptions + EVENT * i + 10), CLOCK);
  seen += load<u64>(subscriptions + EVENT * i);
}
equal('sum of the userdata', seen, 40 + 41 + 42 + 43);
