// SPDX-License-Identifier: MIT
// A listener goes on when the other one is closed.

import {
  accept,
  expect,
  FD_READ,
  go,
  guarded,
  listener,
  nothingElse,
  ok,
  poll,
  reads,
  say,
  wantRead,
} from '../prelude';
import { fd_close } from '../wasi_snapshot_preview1';

const first = listener(0);
const second = listener(1);
go();
wantRead(second, 2);
ok('fd_close', fd_close(first));
say('closed');
guarded();
poll();
expect(2, FD_READ);
nothingElse();
reads(accept(second), 'hello');
