// SPDX-License-Identifier: MIT
// Fifty connections have fifty numbers.

import { accept, buffer, fail, go, listener } from '../prelude';

go();
const l = listener();
for (let i = 0; i < 50; i++) {
  const fd = accept(l);
  for (let j = 0; j < i; j++) if (load<i32>(buffer + 4 * j) === fd) fail('a number comes twice');
  store<i32>(buffer + 4 * i, fd);
}
