// SPDX-License-Identifier: MIT
// The field nbytes of a pipe is the number of bytes that can be read.

import { equal, expect, FD_READ, guarded, nbytesOf, poll, wantRead } from '../prelude';

wantRead(0, 1);
guarded();
poll();
equal('nbytes', nbytesOf(expect(1, FD_READ)), 5);
