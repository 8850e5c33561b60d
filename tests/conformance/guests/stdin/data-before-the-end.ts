// SPDX-License-Identifier: MIT
// Data that came before the end of a pipe is read before it.

import { expect, FD_READ, guarded, poll, reads, readsEnd, wantRead } from '../prelude';

wantRead(0, 1);
guarded();
poll();
expect(1, FD_READ);
reads(0, 'last words');
poll();
expect(1, FD_READ);
readsEnd(0);
