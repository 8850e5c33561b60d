// SPDX-License-Identifier: MIT
// Nothing is written behind as many events as there are subscriptions.

import { EVENT, equal, events, poll, wantTimeout } from '../prelude';

memory.fill(events, 0xee, EVENT * 8);
for (let i = 0; i < 3; i++) wantTimeout(0, i);
poll();
for (let i: usize = EVENT * 3; i < EVENT * 8; i += 8)
  equal('memory behind the events', load<u64>(events + i), 0xeeeeeeeeeeeeeeee);
