// SPDX-License-Identifier: MIT
// The longest timeout there is does not overflow into one that is due.

import { CLOCK, equal, expect, MS, poll, wantTimeout } from '../prelude';

wantTimeout(u64.MAX_VALUE, 1);
wantTimeout(u64.MAX_VALUE >> 1, 2);
wantTimeout(5 * MS, 3);
equal('events', poll(), 1);
expect(3, CLOCK);
