// SPDX-License-Identifier: MIT
// A listener that nobody has connected to is not ready.

import { CLOCK, equal, expect, listener, MS, poll, wantRead, wantTimeout } from '../prelude';

wantRead(listener(), 1);
wantTimeout(20 * MS, 2);
equal('events', poll(), 1);
expect(2, CLOCK);
