// SPDX-License-Identifier: MIT
// A guest that is started without standard input gets an event for it: an error, or the end. It does not wait.

import { FD_READ, fail, find, guarded, nothingElse, poll, wantRead } from '../prelude';

wantRead(0, 1);
guarded();
poll();
if (find(1, FD_READ) === 0) fail('there is no event');
nothingElse();
