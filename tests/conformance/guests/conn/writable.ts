// SPDX-License-Identifier: MIT
// A new connection is ready for writing.

import { FD_WRITE, accept, expect, guarded, listener, nothingElse, poll, wantWrite } from '../prelude';

wantWrite(accept(listener()), 1);
guarded();
poll();
expect(1, FD_WRITE);
nothingElse();
