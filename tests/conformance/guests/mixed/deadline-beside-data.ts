// SPDX-License-Identifier: MIT
// A deadline in the past and a connection with data are both reported by one call.

import { ABSTIME, CLOCK, FD_READ, MONOTONIC, accept, expect, go, guarded, listener, nothingElse, now, poll, wantClock, wantRead } from '../prelude';

const fd = accept(listener());
go();
wantClock(MONOTONIC, now() - 1, ABSTIME, 1);
wantRead(fd, 2);
guarded();
poll();
expect(1, CLOCK);
expect(2, FD_READ);
nothingElse();
