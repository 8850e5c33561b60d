// SPDX-License-Identifier: MIT
// More buffers than the system takes at once are no error: the first ones are sent.

import { accept, atLeast, buffer, listener, ok, out } from '../prelude';
import { fd_write } from '../wasi_snapshot_preview1';

const fd = accept(listener());
const COUNT: u32 = 1500;
store<u8>(buffer + 20000, 0x78);
for (let i: u32 = 0; i < COUNT; i++) {
  store<u32>(buffer + 8 * i, <u32>buffer + 20000);
  store<u32>(buffer + 8 * i + 4, 1);
}
ok('fd_write', fd_write(fd, buffer, COUNT, out));
atLeast('bytes', load<u32>(out), 16);
