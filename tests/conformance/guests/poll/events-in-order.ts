// SPDX-License-Identifier: MIT
// Events come in the order of their subscriptions.

import { EVENT, equal, events, poll, wantTimeout } from '../prelude';

for (let i = 0; i < 20; i++) wantTimeout(0, 100 - i);
equal('events', poll(), 20);
for (let i = 0; i < 20; i++) equal('userdata', load<u64>(events + EVENT * i), 100 - i);
