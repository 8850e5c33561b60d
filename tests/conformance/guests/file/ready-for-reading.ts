// SPDX-License-Identifier: MIT
// A regular file is readable at once.

import { expect, FD_READ, guarded, nothingElse, openFile, poll, wantRead } from '../prelude';

wantRead(openFile('hello.txt'), 1);
guarded();
poll();
expect(1, FD_READ);
nothingElse();
