// SPDX-License-Identifier: MIT
// A file beside a far clock ends the wait at once, and the clock is not reported.

import { equal, expect, FD_READ, openFile, poll, SECOND, wantRead, wantTimeout } from '../prelude';

wantTimeout(600 * SECOND, 1);
wantRead(openFile('hello.txt'), 2);
equal('events', poll(), 1);
expect(2, FD_READ);
