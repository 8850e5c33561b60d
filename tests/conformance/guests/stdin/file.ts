// SPDX-License-Identifier: MIT
// Standard input from a regular file is readable at once.

import { expect, FD_READ, guarded, nothingElse, poll, reads, wantRead } from '../prelude';

wantRead(0, 1);
guarded();
poll();
expect(1, FD_READ);
nothingElse();
reads(0, 'first line\n');
