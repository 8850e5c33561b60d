// SPDX-License-Identifier: MIT
// The socket calls as functions with one result: a count or a descriptor, or -errno. They allocate
// nothing; their out-parameters lie in static memory, which is safe as no call nests in another.

import { FDFLAGS_NONBLOCK, FILETYPE_SOCKET_STREAM, Iovec, SHUTDOWN_WRITE } from './records';
import {
  fd_close,
  fd_fdstat_get,
  fd_fdstat_set_flags,
  fd_read,
  fd_write,
  sock_accept,
  sock_shutdown,
} from './wasi_snapshot_preview1';

const RESULT: usize = memory.data(8, 8);
const FDSTAT: usize = memory.data(24, 8);
const IOVEC: usize = memory.data(8, 8);

/**
 * Accepts a connection: its descriptor, or -errno (`AGAIN`: none is waiting).
 *
 * `nonblocking` is for the new descriptor. Whether this call waits is the listener's own flag.
 */
export function accept(listener: i32, nonblocking: bool = true): i32 {
  const errno = sock_accept(listener, nonblocking ? FDFLAGS_NONBLOCK : 0, RESULT);
  return errno == 0 ? load<i32>(RESULT) : -(<i32>errno);
}

/** Reads up to `length` bytes to `to`: how many came (0: the peer has ended), or -errno. */
export function read(fd: i32, to: usize, length: i32): i32 {
  const iovec = changetype<Iovec>(IOVEC);
  iovec.data = to;
  iovec.length = length;
  const errno = fd_read(fd, IOVEC, 1, RESULT);
  return errno == 0 ? load<i32>(RESULT) : -(<i32>errno);
}

/** Writes up to `length` bytes from `from`: how many went (maybe fewer), or -errno. */
export function write(fd: i32, from: usize, length: i32): i32 {
  const iovec = changetype<Iovec>(IOVEC);
  iovec.data = from;
  iovec.length = length;
  const errno = fd_write(fd, IOVEC, 1, RESULT);
  return errno == 0 ? load<i32>(RESULT) : -(<i32>errno);
}

/** Writes what `count` iovecs at `iovecs` name: how many bytes went, or -errno. */
export function writeVector(fd: i32, iovecs: usize, count: i32): i32 {
  const errno = fd_write(fd, iovecs, count, RESULT);
  return errno == 0 ? load<i32>(RESULT) : -(<i32>errno);
}

/** Half-close: sends FIN behind what was written. 0 or -errno. */
export function shutdownWrite(fd: i32): i32 {
  return -(<i32>sock_shutdown(fd, SHUTDOWN_WRITE));
}

/** Closes; 0 or -errno. End all interest in the descriptor first: its number may come back at once. */
export function close(fd: i32): i32 {
  return -(<i32>fd_close(fd));
}

/** Sets or clears the descriptor's own O_NONBLOCK; 0 or -errno. */
export function setNonblocking(fd: i32, on: bool): i32 {
  return -(<i32>fd_fdstat_set_flags(fd, on ? FDFLAGS_NONBLOCK : 0));
}

/** `filetype` of a descriptor, or -errno. */
export function fileType(fd: i32): i32 {
  const errno = fd_fdstat_get(fd, FDSTAT);
  return errno == 0 ? <i32>load<u8>(FDSTAT) : -(<i32>errno);
}

/** Whether the descriptor is a stream socket: a listener, when asked before anything was accepted. */
export function isStreamSocket(fd: i32): bool {
  return fileType(fd) == FILETYPE_SOCKET_STREAM;
}
