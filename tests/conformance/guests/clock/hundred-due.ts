// SPDX-License-Identifier: MIT
// A hundred deadlines in the past are all reported by one call.

import { ABSTIME, CLOCK, equal, expect, MONOTONIC, now, poll, wantClock } from '../prelude';

const past = now() - 1;
for (let i = 0; i < 100; i++) wantClock(MONOTONIC, past, ABSTIME, i);
equal('events', poll(), 100);
for (let i = 0; i < 100; i++) expect(i, CLOCK);
