// SPDX-License-Identifier: MIT
// Of two clocks the one whose time has come is reported, and not the other.

import { CLOCK, equal, expect, MS, poll, SECOND, wantTimeout } from '../prelude';

wantTimeout(600 * SECOND, 1);
wantTimeout(5 * MS, 2);
equal('events', poll(), 1);
expect(2, CLOCK);
