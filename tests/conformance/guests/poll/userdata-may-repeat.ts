// SPDX-License-Identifier: MIT
// Subscriptions with the same userdata each have an event.

import { CLOCK, equal, expect, nothingElse, poll, wantTimeout } from '../prelude';

for (let i = 0; i < 3; i++) wantTimeout(0, 7);
equal('events', poll(), 3);
for (let i = 0; i < 3; i++) expect(7, CLOCK);
nothingElse();
