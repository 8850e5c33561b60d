// SPDX-License-Identifier: MIT
// A descriptor that is not open is an event with the error EBADF, and the call succeeds.

import { BADF, equal, expect, FD_READ, poll, wantRead } from '../prelude';

wantRead(99, 1);
equal('events', poll(), 1);
expect(1, FD_READ, BADF);
