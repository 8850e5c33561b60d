// SPDX-License-Identifier: MIT
// A call that waits for a pipe alone returns when data comes.

import { equal, expect, FD_READ, poll, reads, say, wantRead } from '../prelude';

say('waiting');
wantRead(0, 1);
equal('events', poll(), 1);
expect(1, FD_READ);
reads(0, 'hello');
