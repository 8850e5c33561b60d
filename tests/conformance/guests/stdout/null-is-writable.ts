// SPDX-License-Identifier: MIT
// Standard output to /dev/null is ready for writing.

import { expect, FD_WRITE, guarded, nothingElse, poll, wantWrite } from '../prelude';

wantWrite(1, 1);
guarded();
poll();
expect(1, FD_WRITE);
nothingElse();
