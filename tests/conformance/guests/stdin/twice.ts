// SPDX-License-Identifier: MIT
// Two subscriptions to a pipe with data are two events.

import { expect, FD_READ, guarded, nothingElse, poll, wantRead } from '../prelude';

wantRead(0, 1);
wantRead(0, 2);
guarded();
poll();
expect(1, FD_READ);
expect(2, FD_READ);
nothingElse();
