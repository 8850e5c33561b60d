// SPDX-License-Identifier: MIT
// sock_accept, sock_recv, sock_send and sock_shutdown.

import { roomOf } from './buffers';
import { Descriptor, Kind } from './descriptor';
import * as guest from './guest';
import { accept, acceptError } from './host/accept';
import { advance } from './host/dial';
import { writeStream } from './host/output';
import { shutdown } from './host/shutdown';
import { ANSWER, isInGuest } from './memory';
import { Errno, FdFlags, FileType } from './preview1';
import { peekStream, readStream } from './read';
import { insert, lookUp } from './table';
import * as sockets from './wasi/sockets';

const PEEK = 1;
const WAITALL = 2;
const SHUT_RD = 1;
const SHUT_WR = 2;

/** The connection of a number; null, and `error` says why. */
let error: i32 = 0;
function connection(fd: i32): Descriptor | null {
  const d = lookUp(fd);
  error = Errno.BADF;
  if (d == null) return null;
  error = d.kind == Kind.LISTENER ? Errno.NOTCONN : Errno.NOTSOCK;
  if (d.kind != Kind.CONNECTION) return null;
  error = advance(d);
  return error == Errno.SUCCESS ? d : null;
}

export function sock_accept(fd: i32, flags: i32, result: usize): i32 {
  const d = lookUp(fd);
  if (d == null) return Errno.BADF;
  if (d.kind != Kind.LISTENER) return d.kind == Kind.CONNECTION ? Errno.INVAL : Errno.NOTSOCK;
  if ((flags & ~FdFlags.NONBLOCK) != 0) return Errno.INVAL;
  if (!isInGuest(result, 4)) return Errno.FAULT;
  const made = accept(d);
  if (made == null) return acceptError;
  made.fileType = FileType.SOCKET_STREAM;
  made.flags = <u16>flags;
  guest.store32(result, insert(made));
  return Errno.SUCCESS;
}

export function sock_recv(
  fd: i32,
  iovs: usize,
  count: i32,
  flags: i32,
  nread: usize,
  roFlags: usize,
): i32 {
  const d = connection(fd);
  if (d == null) return error;
  if ((flags & ~(PEEK | WAITALL)) != 0) return Errno.INVAL;
  if (!isInGuest(iovs, (<u64>count) << 3) || !isInGuest(roFlags, 2)) return Errno.FAULT;
  guest.store16(roFlags, 0);
  const waits = (flags & WAITALL) != 0 && (d.flags & FdFlags.NONBLOCK) == 0;
  if ((flags & PEEK) != 0) return peekStream(d, iovs, count, nread, waits);
  const status = readStream(d, iovs, count, nread);
  if (!waits || status != Errno.SUCCESS) return status;
  return receiveRest(d, iovs, count, nread);
}

/** Goes on until the buffers are full, or the input ends: as recv(2) with MSG_WAITALL. */
function receiveRest(d: Descriptor, iovs: usize, count: i32, nread: usize): i32 {
  let total = guest.load32(nread);
  const room = roomOf(iovs, count);
  while (<i64>total < room && !(d.aheadCount == 0 && (d.ended || d.readShut))) {
    // The first buffer that is not full, and how far it is filled.
    let at = iovs;
    let filled = total;
    while (filled >= guest.load32(at + 4)) {
      filled -= guest.load32(at + 4);
      at += 8;
    }
    const address = guest.load32(at);
    const length = guest.load32(at + 4);
    guest.store32(at, address + filled);
    guest.store32(at + 4, length - filled);
    const status = readStream(d, at, 1, nread);
    const got = guest.load32(nread);
    guest.store32(at, address);
    guest.store32(at + 4, length);
    if (status != Errno.SUCCESS) d.error = status; // For the next read to tell.
    if (status != Errno.SUCCESS || got == 0) break;
    total += got;
  }
  guest.store32(nread, total);
  return Errno.SUCCESS;
}

export function sock_send(fd: i32, iovs: usize, count: i32, flags: i32, nwritten: usize): i32 {
  const d = connection(fd);
  if (d == null) return error;
  if (flags != 0) return Errno.INVAL;
  return writeStream(d, iovs, count, nwritten);
}

export function sock_shutdown(fd: i32, how: i32): i32 {
  const d = connection(fd);
  if (d == null) return error;
  if (how == 0 || (how & ~(SHUT_RD | SHUT_WR)) != 0) return Errno.INVAL;
  // Of a connection that was reset, or has ended in both directions, the system tells no peer.
  sockets.remoteAddress(d.handle, ANSWER);
  if (load<u8>(ANSWER) != 0) return Errno.NOTCONN;
  return shutdown(d, (how & SHUT_RD) != 0, (how & SHUT_WR) != 0);
}
