// SPDX-License-Identifier: MIT
// A regular file is ready for writing at once.

import { expect, FD_WRITE, guarded, nothingElse, openFile, poll, wantWrite } from '../prelude';

wantWrite(openFile('hello.txt'), 1);
guarded();
poll();
expect(1, FD_WRITE);
nothingElse();
