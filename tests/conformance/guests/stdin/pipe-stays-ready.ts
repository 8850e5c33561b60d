// SPDX-License-Identifier: MIT
// A pipe stays readable until all of its data was taken.

import { expect, FD_READ, guarded, poll, wantRead } from '../prelude';

wantRead(0, 1);
guarded();
for (let i = 0; i < 3; i++) {
  poll();
  expect(1, FD_READ);
}
