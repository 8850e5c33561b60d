// SPDX-License-Identifier: MIT
// A call without a clock returns as soon as data is there.

import { accept, equal, expect, FD_READ, go, listener, poll, wantRead } from '../prelude';

const fd = accept(listener());
go();
wantRead(fd, 1);
equal('events', poll(), 1);
expect(1, FD_READ);
