// SPDX-License-Identifier: MIT
// A bad descriptor hides nothing: what is ready beside it is reported by the same call.

import { BADF, expect, FD_READ, guarded, nothingElse, poll, wantRead } from '../prelude';

wantRead(0, 2);
guarded();
poll();
expect(2, FD_READ);
wantRead(99, 1);
poll();
expect(1, FD_READ, BADF);
expect(2, FD_READ);
nothingElse();
