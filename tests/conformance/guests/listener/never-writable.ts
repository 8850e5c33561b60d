// SPDX-License-Identifier: MIT
// A listener is never ready for writing, and a subscription to it is no error.

import { CLOCK, equal, expect, go, listener, MS, poll, wantTimeout, wantWrite } from '../prelude';

go();
wantWrite(listener(), 1);
wantTimeout(20 * MS, 2);
equal('events', poll(), 1);
expect(2, CLOCK);
