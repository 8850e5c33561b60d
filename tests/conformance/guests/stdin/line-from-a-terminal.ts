// SPDX-License-Identifier: MIT
// A terminal is readable once a line was typed.

import { expect, FD_READ, guarded, nothingElse, poll, reads, say, wantRead } from '../prelude';

say('waiting');
wantRead(0, 1);
guarded();
poll();
expect(1, FD_READ);
nothingElse();
reads(0, 'hello\n');
