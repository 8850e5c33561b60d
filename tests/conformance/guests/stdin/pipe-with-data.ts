// SPDX-License-Identifier: MIT
// A pipe with data is readable.

import { expect, FD_READ, guarded, nothingElse, poll, reads, wantRead } from '../prelude';

wantRead(0, 1);
guarded();
poll();
expect(1, FD_READ);
nothingElse();
reads(0, 'hello');
