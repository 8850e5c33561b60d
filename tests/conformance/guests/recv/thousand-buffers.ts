// SPDX-License-Identifier: MIT
// More buffers than the system takes at once are no error: some are filled.

import { accept, atLeast, buffer, go, holds, listener, ok, out } from '../prelude';
import { fd_read } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
const COUNT: u32 = 1500;
for (let i: u32 = 0; i < COUNT; i++) {
  store<u32>(buffer + 8 * i, <u32>buffer + 20000 + i);
  store<u32>(buffer + 8 * i + 4, 1);
}
ok('fd_read', fd_read(fd, buffer, COUNT, out));
atLeast('bytes', load<u32>(out), 1);
holds('h', 20000);
