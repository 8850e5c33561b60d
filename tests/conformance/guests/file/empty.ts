// SPDX-License-Identifier: MIT
// An empty file is readable.

import { expect, FD_READ, guarded, nothingElse, openFile, poll, wantRead } from '../prelude';

wantRead(openFile('empty'), 1);
guarded();
poll();
expect(1, FD_READ);
nothingElse();
