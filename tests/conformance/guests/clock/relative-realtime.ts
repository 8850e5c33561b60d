// SPDX-License-Identifier: MIT
// A relative timeout on the realtime clock, as wasi-libc sleeps, ends after that time, never before.

import { atLeast, CLOCK, equal, expect, MS, now, poll, REALTIME, wantClock } from '../prelude';

const start = now();
wantClock(REALTIME, 20 * MS, 0, 1);
equal('events', poll(), 1);
expect(1, CLOCK);
atLeast('ns that passed', now() - start, 20 * MS);
