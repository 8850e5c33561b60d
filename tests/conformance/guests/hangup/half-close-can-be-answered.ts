// SPDX-License-Identifier: MIT
// After the peer's half-close a write subscription is ready without the hangup flag, and the answer arrives.
// wasi-libc makes POLLHUP of the flag, drops POLLOUT beside it, and a server would never answer.

import {
  accept,
  equal,
  expect,
  FD_WRITE,
  flagsOf,
  go,
  guarded,
  listener,
  nothingElse,
  ok,
  poll,
  reads,
  readsEnd,
  wantWrite,
  writes,
} from '../prelude';
import { fd_close } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
reads(fd, 'question');
readsEnd(fd);
wantWrite(fd, 1);
guarded();
poll();
equal('flags', flagsOf(expect(1, FD_WRITE)), 0);
nothingElse();
writes(fd, 'answer');
ok('fd_close', fd_close(fd));
