// SPDX-License-Identifier: MIT
// An end that comes while the guest waits ends the wait.

import { expect, FD_READ, guarded, nothingElse, poll, say, wantRead } from '../prelude';

say('waiting');
wantRead(0, 1);
guarded();
poll();
expect(1, FD_READ);
nothingElse();
