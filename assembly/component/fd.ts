// SPDX-License-Identifier: MIT
// Functions of preview 1 that mean something else for each kind of descriptor: read, write, close, renumber.

import { Kind } from './descriptor';
import { readFile, writeFile } from './files/content';
import { close } from './host/close';
import { advance } from './host/dial';
import { writeStream } from './host/output';
import { Errno } from './preview1';
import { readStream } from './read';
import { lookUp, move, remove } from './table';

export function fd_read(fd: i32, iovs: usize, count: i32, nread: usize): i32 {
  const d = lookUp(fd);
  if (d == null) return Errno.BADF;
  switch (d.kind) {
    case Kind.CONNECTION: {
      const status = advance(d);
      if (status != Errno.SUCCESS) return status;
      return readStream(d, iovs, count, nread);
    }
    case Kind.INPUT:
      return readStream(d, iovs, count, nread);
    case Kind.LISTENER:
      return Errno.NOTCONN;
    case Kind.OUTPUT:
      return Errno.BADF;
    case Kind.FILE:
      return readFile(d, iovs, count, nread);
    default:
      return Errno.ISDIR;
  }
}

export function fd_write(fd: i32, iovs: usize, count: i32, nwritten: usize): i32 {
  const d = lookUp(fd);
  if (d == null) return Errno.BADF;
  switch (d.kind) {
    case Kind.CONNECTION: {
      const status = advance(d);
      if (status != Errno.SUCCESS) return status;
      return writeStream(d, iovs, count, nwritten);
    }
    case Kind.OUTPUT:
      return writeStream(d, iovs, count, nwritten);
    case Kind.LISTENER:
      return Errno.NOTCONN;
    case Kind.INPUT:
      return Errno.BADF;
    case Kind.FILE:
      return writeFile(d, iovs, count, nwritten);
    default:
      return Errno.ISDIR;
  }
}

export function fd_close(fd: i32): i32 {
  const d = lookUp(fd);
  if (d == null) return Errno.BADF;
  remove(fd);
  close(d);
  return Errno.SUCCESS;
}

export function fd_renumber(fd: i32, to: i32): i32 {
  if (lookUp(fd) == null || lookUp(to) == null) return Errno.BADF;
  if (fd == to) return Errno.SUCCESS;
  fd_close(to);
  move(fd, to);
  return Errno.SUCCESS;
}
