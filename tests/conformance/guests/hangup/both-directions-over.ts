// SPDX-License-Identifier: MIT
// Once both sides have ended, an event has the hangup flag.

import {
  accept,
  equal,
  expect,
  FD_READ,
  flagsOf,
  go,
  guarded,
  HANGUP,
  listener,
  nothingElse,
  ok,
  poll,
  readsEnd,
  WR,
  wantRead,
} from '../prelude';
import { sock_shutdown } from '../wasi_snapshot_preview1';

const fd = accept(listener());
go();
ok('sock_shutdown', sock_shutdown(fd, WR));
readsEnd(fd);
wantRead(fd, 1);
guarded();
poll();
equal('flags', flagsOf(expect(1, FD_READ)), HANGUP);
nothingElse();
