// SPDX-License-Identifier: MIT
// The monotonic clock never goes back.

import { atLeast, now } from '../prelude';

let last = now();
for (let i = 0; i < 1000; i++) {
  const time = now();
  atLeast('the time', time, last);
  last = time;
}
