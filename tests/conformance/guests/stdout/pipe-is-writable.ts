// SPDX-License-Identifier: MIT
// Standard output and standard error on pipes are ready for writing.

import { expect, FD_WRITE, guarded, nothingElse, poll, wantWrite } from '../prelude';

wantWrite(1, 1);
wantWrite(2, 2);
guarded();
poll();
expect(1, FD_WRITE);
expect(2, FD_WRITE);
nothingElse();
