// SPDX-License-Identifier: MIT
// Of silent standard input and standard output only the second is reported.

import { expect, FD_WRITE, guarded, nothingElse, poll, wantRead, wantWrite } from '../prelude';

wantRead(0, 1);
wantWrite(1, 2);
guarded();
poll();
expect(2, FD_WRITE);
nothingElse();
