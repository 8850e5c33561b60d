// SPDX-License-Identifier: MIT
// fd_fdstat_get and its setters.

import { Descriptor, Kind } from './descriptor';
import * as rights from './files/rights';
import * as guest from './guest';
import { isInGuest } from './memory';
import { Errno, FdFlags } from './preview1';
import { lookUp } from './table';

const ALL = 31;
const SYNC = FdFlags.SYNC | FdFlags.DSYNC | FdFlags.RSYNC;

function rightsOf(d: Descriptor): u64 {
  switch (d.kind) {
    case Kind.INPUT:
      return rights.INPUT;
    case Kind.OUTPUT:
      return rights.OUTPUT;
    case Kind.LISTENER:
      return rights.LISTENER;
    case Kind.CONNECTION:
      return rights.CONNECTION;
    default:
      return d.rights;
  }
}

export function fd_fdstat_get(fd: i32, result: usize): i32 {
  const d = lookUp(fd);
  if (d == null) return Errno.BADF;
  if (!isInGuest(result, 24)) return Errno.FAULT;
  guest.store64(result, <u64>d.fileType | ((<u64>d.flags) << 16));
  guest.store64(result + 8, rightsOf(d));
  guest.store64(result + 16, d.kind == Kind.LISTENER ? rights.CONNECTION : d.inheriting);
  return Errno.SUCCESS;
}

export function fd_fdstat_set_flags(fd: i32, flags: i32): i32 {
  const d = lookUp(fd);
  if (d == null) return Errno.BADF;
  if ((flags & ~ALL) != 0 || d.kind == Kind.DEVICES) return Errno.INVAL;
  const isSocket = d.kind == Kind.LISTENER || d.kind == Kind.CONNECTION;
  // Append, dsync and so on say nothing about a socket.
  if (isSocket && flags != 0 && flags != FdFlags.NONBLOCK) return Errno.INVAL;
  if ((flags & SYNC) != 0) return Errno.NOTSUP;
  d.flags = <u16>flags;
  return Errno.SUCCESS;
}

/** No host of WASI can take rights away. */
export function fd_fdstat_set_rights(fd: i32, base: u64, inheriting: u64): i32 {
  return lookUp(fd) == null ? Errno.BADF : Errno.NOTSUP;
}
