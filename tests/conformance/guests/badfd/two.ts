// SPDX-License-Identifier: MIT
// Two bad descriptors are two events.

import { BADF, equal, expect, FD_READ, FD_WRITE, poll, wantRead, wantWrite } from '../prelude';

wantRead(98, 1);
wantWrite(99, 2);
wantRead(99, 3);
equal('events', poll(), 3);
expect(1, FD_READ, BADF);
expect(2, FD_WRITE, BADF);
expect(3, FD_READ, BADF);
