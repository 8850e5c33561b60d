// SPDX-License-Identifier: MIT
// Of a file and a silent pipe only the file is reported.

import { expect, FD_READ, guarded, nothingElse, openFile, poll, wantRead } from '../prelude';

wantRead(0, 1);
wantRead(openFile('hello.txt'), 2);
guarded();
poll();
expect(2, FD_READ);
nothingElse();
