// SPDX-License-Identifier: MIT
// The guest SDK: what programs import from 'pollux/assembly'. docs/sdk.md shows how to use it.

export { connect } from './net/connect';
export { Connection } from './net/connection';
export {
  firstListener,
  InheritedListener,
  inheritedListeners,
  selectListeners,
} from './net/listeners';
export { peerName } from './net/peer';
export {
  accept,
  close,
  recv,
  recvRaw,
  send,
  sendRaw,
  setNonBlocking,
  shutdownWrite,
} from './net/socket';
export { NONE, READ, WRITE } from './reactor/interest';
export { POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, PollFd, poll } from './reactor/poll';
export { Reactor } from './reactor/reactor';
export { Selector } from './reactor/selector';
export { Timer } from './reactor/timers';
// The compiler's option `use` refers to `abort`, which must be part of the program for that.
export { abort, fatal } from './wasi/abort';
export { formatTime, now, wallClock } from './wasi/clock';
export { args, env } from './wasi/environment';
export { Errno, errnoName } from './wasi/errno';
export { log, logError, writeAll, writeText } from './wasi/output';
export { openForAppend, Preopen, preopens } from './wasi/preopens';
export { quote } from './wasi/quote';
export { proc_exit } from './wasi/wasi_snapshot_preview1';
