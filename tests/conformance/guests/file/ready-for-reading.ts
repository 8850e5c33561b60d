// SPDX-License-Identifier: MIT
// A regular file is readable at once.

import { FD_READ, expect, guarded, nothingElse, openFile, poll, wantRead } from '../prelude';

wantRead(openFile('hello.txt'), 1);
guarded();
poll();
expect(1, FD_READ);
nothingElse();
