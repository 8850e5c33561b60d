// SPDX-License-Identifier: MIT
// A file and a clock that is due are both reported by one call.

import { CLOCK, equal, expect, FD_READ, openFile, poll, wantRead, wantTimeout } from '../prelude';

wantTimeout(0, 1);
wantRead(openFile('hello.txt'), 2);
equal('events', poll(), 2);
expect(1, CLOCK);
expect(2, FD_READ);
