// SPDX-License-Identifier: MIT
// The event of a clock has its userdata, no error, and the type clock.

import { CLOCK, EVENT, equal, events, MS, poll, wantTimeout } from '../prelude';

memory.fill(events, 0xff, EVENT);
wantTimeout(MS, 5);
equal('events', poll(), 1);
equal('userdata', load<u64>(events), 5);
equal('error', load<u16>(events + 8), 0);
equal('type', load<u8>(events + 10), CLOCK);
