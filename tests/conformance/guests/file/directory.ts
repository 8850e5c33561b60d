// SPDX-License-Identifier: MIT
// A subscription to a directory has an event, with or without an error. It does not wait.

import { directory, FD_READ, fail, find, guarded, nothingElse, poll, wantRead } from '../prelude';

wantRead(directory(), 1);
guarded();
poll();
if (find(1, FD_READ) === 0) fail('there is no event');
nothingElse();
