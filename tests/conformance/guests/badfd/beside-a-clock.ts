// SPDX-License-Identifier: MIT
// A bad descriptor beside a clock ends the wait at once, and the clock is not reported.

import { BADF, equal, expect, FD_READ, poll, SECOND, wantRead, wantTimeout } from '../prelude';

wantTimeout(600 * SECOND, 1);
wantRead(99, 2);
equal('events', poll(), 1);
expect(2, FD_READ, BADF);
