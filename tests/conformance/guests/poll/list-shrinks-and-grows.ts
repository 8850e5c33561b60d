// SPDX-License-Identifier: MIT
// Each call looks at its own list: nothing of the call before is left.

import { CLOCK, clear, equal, expect, nothingElse, poll, wantTimeout } from '../prelude';

for (let i = 0; i < 5; i++) wantTimeout(0, i);
equal('events of five', poll(), 5);
clear();
wantTimeout(0, 77);
equal('events of one', poll(), 1);
expect(77, CLOCK);
clear();
for (let i = 10; i < 14; i++) wantTimeout(0, i);
equal('events of four', poll(), 4);
for (let i = 10; i < 14; i++) expect(i, CLOCK);
nothingElse();
