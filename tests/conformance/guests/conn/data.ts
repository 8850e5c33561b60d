// SPDX-License-Identifier: MIT
// A connection with data is readable.

import { FD_READ, accept, expect, go, guarded, listener, nothingElse, poll, reads, wantRead } from '../prelude';

const fd = accept(listener());
go();
wantRead(fd, 1);
guarded();
poll();
expect(1, FD_READ);
nothingElse();
reads(fd, 'hello');
