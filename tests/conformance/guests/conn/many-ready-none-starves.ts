// SPDX-License-Identifier: MIT
// Of 300 ready connections that are never read, each is reported within ten calls.

import {
  accept,
  buffer,
  equal,
  FD_READ,
  find,
  go,
  guarded,
  listener,
  poll,
  wantRead,
} from '../prelude';

const COUNT = 300;
const l = listener();
for (let i = 0; i < COUNT; i++) wantRead(accept(l), i);
guarded();
go();
const seen = buffer;
memory.fill(seen, 0, COUNT);
let missing = COUNT;
for (let turn = 0; turn < 10; turn++) {
  poll();
  for (let i = 0; i < COUNT; i++) {
    if (find(i, FD_READ) === 0 || load<u8>(seen + i) !== 0) continue;
    store<u8>(seen + i, 1);
    missing--;
  }
}
equal('connections never reported', missing, 0);
