// SPDX-License-Identifier: MIT
// Two listeners with a connection each are both reported by one call.

import { expect, FD_READ, go, guarded, listener, nothingElse, poll, wantRead } from '../prelude';

go();
wantRead(listener(0), 1);
wantRead(listener(1), 2);
guarded();
poll();
expect(1, FD_READ);
expect(2, FD_READ);
nothingElse();
