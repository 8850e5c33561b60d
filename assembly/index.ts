// SPDX-License-Identifier: MIT
// What guests import. Everything else in this folder is private to it.

export { Connection, HIGH_WATER, LOW_WATER } from './net/connection';
export { firstListener, listenerNamed, listeners } from './net/listeners';
export { peerName } from './net/peer';
export { Interest } from './reactor/interest';
export { Reactor } from './reactor/reactor';
export { Selector } from './reactor/selector';
export { Timer } from './reactor/timers';
export { abort } from './wasi/abort';
export { formatTime, monotonicNow, NS_PER_MS, NS_PER_S, wallClockNow } from './wasi/clock';
export { getenv } from './wasi/environ';
export { Errno, errnoName } from './wasi/errno';
export { openToAppend, preopenedDirectory } from './wasi/file';
export { accept, close, read, setNonblocking, shutdownWrite, write } from './wasi/socket';
export { log, logError, writeLine } from './wasi/stdio';
