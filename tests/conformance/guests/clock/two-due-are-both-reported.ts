// SPDX-License-Identifier: MIT
// Clocks that are due at the same time are all reported by one call.

import { CLOCK, equal, expect, poll, SECOND, wantTimeout } from '../prelude';

wantTimeout(0, 1);
wantTimeout(0, 2);
wantTimeout(600 * SECOND, 3);
equal('events', poll(), 2);
expect(1, CLOCK);
expect(2, CLOCK);
