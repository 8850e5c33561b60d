// SPDX-License-Identifier: MIT
// A pipe that nothing has come in is not readable.

import { CLOCK, equal, expect, MS, poll, wantRead, wantTimeout } from '../prelude';

wantRead(0, 1);
wantTimeout(20 * MS, 2);
equal('events', poll(), 1);
expect(2, CLOCK);
