// SPDX-License-Identifier: MIT
// A relative timeout on the monotonic clock ends after that time, never before.

import { atLeast, CLOCK, equal, expect, MS, now, poll, wantTimeout } from '../prelude';

const start = now();
wantTimeout(20 * MS, 1);
equal('events', poll(), 1);
expect(1, CLOCK);
atLeast('ns that passed', now() - start, 20 * MS);
