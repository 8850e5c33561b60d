// SPDX-License-Identifier: MIT
// A blocking connection takes 8 MB in one call, also from a peer that reads late.

import { accept, equal, iovec, iovs, listener, ok, out, say, setFlags } from '../prelude';
import { fd_write } from '../wasi_snapshot_preview1';

memory.grow(130);
const fd = accept(listener());
setFlags(fd, 0);
const SIZE: u32 = 8000000;
const data: usize = <usize>(memory.size() << 16) - SIZE;
for (let i: u32 = 0; i < SIZE; i++) store<u8>(data + i, <u8>(i % 251));
say('sending');
iovec(0, data, SIZE);
ok('fd_write', fd_write(fd, iovs, 1, out));
equal('bytes', load<u32>(out), SIZE);
