// SPDX-License-Identifier: MIT
// A file hides nothing: a pipe with data beside it is reported by the same call.

import { expect, FD_READ, guarded, nothingElse, openFile, poll, wantRead } from '../prelude';

wantRead(0, 2);
guarded();
poll();
expect(2, FD_READ);
wantRead(openFile('hello.txt'), 1);
poll();
expect(1, FD_READ);
expect(2, FD_READ);
nothingElse();
