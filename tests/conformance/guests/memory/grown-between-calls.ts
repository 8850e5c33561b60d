// SPDX-License-Identifier: MIT
// Memory that has grown since the last call is used by the next one, for records and for data.

import {
  accept,
  equal,
  go,
  guarded,
  listener,
  ok,
  SUBSCRIPTION,
  subscriptions,
  wantRead,
} from '../prelude';
import { fd_read, poll_oneoff } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
wantRead(fd, 1);
guarded();
for (let i = 0; i < 5; i++) {
  const page: usize = (<usize>memory.grow(1)) << 16;
  memory.copy(page, subscriptions, SUBSCRIPTION * 2);
  ok('poll_oneoff', poll_oneoff(page, page + 1024, 2, page + 2048));
  equal('events', load<u32>(page + 2048), 1);
  equal('userdata', load<u64>(page + 1024), 1);
  store<u32>(page + 4096, <u32>page + 8192);
  store<u32>(page + 4100, 1);
  ok('fd_read', fd_read(fd, page + 4096, 1, page + 4104));
  equal('byte', load<u8>(page + 8192), <u8>'hello'.charCodeAt(i));
}
