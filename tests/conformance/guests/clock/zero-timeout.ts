// SPDX-License-Identifier: MIT
// A timeout of 0 is due at once.

import { CLOCK, expect, guarded, nothingElse, poll, wantTimeout } from '../prelude';

wantTimeout(0, 1);
guarded();
poll();
expect(1, CLOCK);
nothingElse();
