// SPDX-License-Identifier: MIT
// path_open and path_readlink, which in the virtual directory /dev reach the network: `tcp/NAME` or `tcp/HOST/PORT` is a
// connection to whom CONNECT allows, and `fd/N` a link to the two ends of connection N. There is no `poll` in it.

import { Dialing, Kind } from './descriptor';
import { fd_close } from './fd';
import { openIn } from './files/open';
import { readLink, tellLink } from './files/path';
import { PATH, pathLength, takePath } from './files/paths';
import * as guest from './guest';
import { advance, dial } from './host/dial';
import { ANSWER, isInGuest, SCRATCH } from './memory';
import { findPeer, numberOf, refusal } from './peers';
import { Errno, FdFlags, OFlags } from './preview1';
import { putAddress } from './spell';
import { lookUp } from './table';
import { put, startsWith } from './text';
import * as sockets from './wasi/sockets';

/** Where the path that was taken goes on behind `./`, and `prefix`; 0: it does not begin so. */
function behind(prefix: string): usize {
  let at = PATH;
  const end = PATH + pathLength;
  while (startsWith(at, <i32>(end - at), './')) at += 2;
  if (!startsWith(at, <i32>(end - at), prefix)) return 0;
  return at + prefix.length;
}

/** Dials what is named behind `tcp/`. Waits for the connection where the guest does not ask for NONBLOCK. */
function openDevice(oflags: u32, fdflags: u32, result: usize): i32 {
  const target = behind('tcp/');
  const length = <i32>(PATH + pathLength - target);
  if (target == 0 || length == 0) return Errno.NOENT;
  if ((oflags & OFlags.DIRECTORY) != 0) return Errno.NOTDIR;
  if ((oflags & OFlags.EXCL) != 0) return Errno.EXIST;
  const peer = findPeer(target, length);
  if (peer == null) return refusal;
  const fd = dial(peer, fdflags & FdFlags.NONBLOCK);
  if ((fdflags & FdFlags.NONBLOCK) == 0) {
    const status = advance(lookUp(fd)!);
    if (status != Errno.SUCCESS) {
      fd_close(fd);
      return status;
    }
  }
  guest.store32(result, fd);
  return Errno.SUCCESS;
}

export function path_open(
  fd: i32,
  lookup: u32,
  path: usize,
  length: u32,
  oflags: u32,
  rights: u64,
  inheriting: u64,
  fdflags: u32,
  result: usize,
): i32 {
  const d = lookUp(fd);
  if (d == null) return Errno.BADF;
  if (d.kind == Kind.DIRECTORY)
    return openIn(d, lookup, path, length, oflags, rights, fdflags, result);
  if (d.kind != Kind.DEVICES) return Errno.NOTDIR;
  if (!isInGuest(result, 4)) return Errno.FAULT;
  const taken = takePath(path, length);
  return taken == Errno.SUCCESS ? openDevice(oflags, fdflags, result) : taken;
}

/** Writes `tcp:PEER->LOCAL` of a connection into SCRATCH; where it ends, or 0 for none. */
function describe(fd: i32): usize {
  const d = lookUp(fd);
  if (d == null || d.kind != Kind.CONNECTION || d.dialing != Dialing.OPEN) return 0;
  sockets.remoteAddress(d.handle, ANSWER);
  if (load<u8>(ANSWER) != 0) return 0;
  const to = put(putAddress(put(SCRATCH, 'tcp:'), ANSWER + 4), '->');
  sockets.localAddress(d.handle, ANSWER);
  return load<u8>(ANSWER) == 0 ? putAddress(to, ANSWER + 4) : 0;
}

export function path_readlink(
  fd: i32,
  path: usize,
  length: u32,
  to: usize,
  room: u32,
  used: usize,
): i32 {
  const d = lookUp(fd);
  if (d == null || d.kind != Kind.DEVICES) return readLink(fd, path, length, to, room, used);
  const taken = takePath(path, length);
  if (taken != Errno.SUCCESS) return taken;
  const number = behind('fd/');
  const connection = number == 0 ? -1 : numberOf(number, <i32>(PATH + pathLength - number));
  const end = describe(connection);
  if (end == 0) return Errno.NOENT;
  return tellLink(SCRATCH, <u32>(end - SCRATCH), to, room, used);
}
