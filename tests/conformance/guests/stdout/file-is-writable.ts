// SPDX-License-Identifier: MIT
// Standard output to a regular file is ready for writing.

import { expect, FD_WRITE, guarded, nothingElse, poll, say, wantWrite } from '../prelude';

wantWrite(1, 1);
guarded();
poll();
expect(1, FD_WRITE);
nothingElse();
say('written');
