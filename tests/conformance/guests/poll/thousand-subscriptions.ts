// SPDX-License-Identifier: MIT
// Of a thousand clocks the ten that are due are reported, and no other one.

import { CLOCK, equal, expect, nothingElse, poll, SECOND, wantTimeout } from '../prelude';

for (let i = 0; i < 1000; i++) wantTimeout(i % 100 === 50 ? 0 : 600 * SECOND, i);
equal('events', poll(), 10);
for (let i = 50; i < 1000; i += 100) expect(i, CLOCK);
nothingElse();
