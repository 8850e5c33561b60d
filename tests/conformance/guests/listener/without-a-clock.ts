// SPDX-License-Identifier: MIT
// A call without a clock returns as soon as something is ready.

import { equal, expect, FD_READ, go, listener, poll, wantRead } from '../prelude';

go();
wantRead(listener(), 1);
equal('events', poll(), 1);
expect(1, FD_READ);
