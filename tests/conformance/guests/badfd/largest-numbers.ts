// SPDX-License-Identifier: MIT
// The largest numbers there are, as descriptors, are EBADF events.

import { BADF, equal, expect, FD_READ, FD_WRITE, poll, wantRead, wantWrite } from '../prelude';

wantRead(-1, 1);
wantRead(i32.MAX_VALUE, 2);
wantWrite(i32.MIN_VALUE, 3);
equal('events', poll(), 3);
expect(1, FD_READ, BADF);
expect(2, FD_READ, BADF);
expect(3, FD_WRITE, BADF);
