// SPDX-License-Identifier: MIT
// A bad descriptor beside a silent pipe ends the wait at once, and the pipe is not reported.
// uvwasi, beneath node:wasi, reads through a null pointer here and takes Node down.

import { BADF, equal, expect, FD_READ, poll, wantRead } from '../prelude';

wantRead(99, 1);
wantRead(0, 2);
equal('events', poll(), 1);
expect(1, FD_READ, BADF);
