// SPDX-License-Identifier: MIT
// The socket calls of preview 1, thin: a count or an fd, or a negated errno. Programs with a loop
// of their own use them directly; connections of a Reactor do it for them.

import { Errno } from '../wasi/errno';
import { FD_NONBLOCK, Iovec, SHUTDOWN_WRITE } from '../wasi/records';
import {
  fd_close,
  fd_fdstat_set_flags,
  fd_read,
  fd_write,
  sock_accept,
  sock_shutdown,
} from '../wasi/wasi_snapshot_preview1';

const iovec = changetype<Iovec>(memory.data(8, 8));
const result = memory.data(4, 4);

/**
 * Takes the next connection of a listener. Answers its fd, non-blocking unless told otherwise.
 *
 * -AGAIN: none is waiting and the listener is non-blocking. -CONNABORTED: the peer gave up in the
 * meantime. -MFILE, -NFILE, -NOBUFS, -NOMEM: no room, try later. See accept(2).
 */
export function accept(listenerFd: i32, nonBlocking: bool = true): i32 {
  const errno = sock_accept(listenerFd, nonBlocking ? FD_NONBLOCK : 0, result);
  return errno == Errno.SUCCESS ? load<i32>(result) : -errno;
}

/** Reads what is there into `buffer`; 0 says that the peer has ended its side. -AGAIN: nothing yet. */
export function recv(fd: i32, buffer: Uint8Array): i32 {
  return recvRaw(fd, buffer.dataStart, buffer.byteLength);
}

/** As {@link recv}, into `length` bytes at `pointer`. */
export function recvRaw(fd: i32, pointer: usize, length: i32): i32 {
  iovec.pointer = pointer;
  iovec.length = length;
  const errno = fd_read(fd, changetype<usize>(iovec), 1, result);
  return errno == Errno.SUCCESS ? load<i32>(result) : -errno;
}

/**
 * Hands `data` to the kernel from byte `offset` on. Answers how many bytes it took, which may be
 * fewer. -AGAIN: it takes none now. -PIPE, -CONNRESET: the peer is gone.
 */
export function send(fd: i32, data: Uint8Array, offset: i32 = 0): i32 {
  return sendRaw(fd, data.dataStart + offset, data.byteLength - offset);
}

/** As {@link send}, of `length` bytes at `pointer`. */
export function sendRaw(fd: i32, pointer: usize, length: i32): i32 {
  iovec.pointer = pointer;
  iovec.length = length;
  return sendVector(fd, changetype<usize>(iovec), 1);
}

/** As {@link send}, of `count` iovecs at `iovecs`. */
export function sendVector(fd: i32, iovecs: usize, count: i32): i32 {
  const errno = fd_write(fd, iovecs, count, result);
  return errno == Errno.SUCCESS ? load<i32>(result) : -errno;
}

/** Makes calls on `fd` answer -AGAIN instead of waiting, or the reverse. Answers an errno. */
export function setNonBlocking(fd: i32, on: bool): i32 {
  return fd_fdstat_set_flags(fd, on ? FD_NONBLOCK : 0);
}

/** Sends a FIN after what was written; reading goes on. Answers an errno. See shutdown(2). */
export function shutdownWrite(fd: i32): i32 {
  return sock_shutdown(fd, SHUTDOWN_WRITE);
}

/** Closes `fd`. Unregister it from its Selector first: the next accept may get the same number. */
export function close(fd: i32): void {
  fd_close(fd);
}
