// SPDX-License-Identifier: MIT
// All 64 bits of the userdata come back as they are.

import { CLOCK, clear, equal, expect, poll, wantTimeout } from '../prelude';

wantTimeout(0, 0xfedcba9876543210);
equal('events', poll(), 1);
expect(0xfedcba9876543210, CLOCK);
clear();
wantTimeout(0, u64.MAX_VALUE);
equal('events', poll(), 1);
expect(u64.MAX_VALUE, CLOCK);
