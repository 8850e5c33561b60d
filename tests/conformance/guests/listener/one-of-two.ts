// SPDX-License-Identifier: MIT
// Of two listeners only the one with a connection is reported.

import { expect, FD_READ, go, guarded, listener, nothingElse, poll, wantRead } from '../prelude';

go();
wantRead(listener(0), 1);
wantRead(listener(1), 2);
guarded();
poll();
expect(2, FD_READ);
nothingElse();
