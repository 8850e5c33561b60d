// SPDX-License-Identifier: MIT
// fd_fdstat_get and its setters, for what is no file.

import * as guest from './guest';
import { isInGuest } from './memory';
import { Errno, FdFlags } from './preview1';
import { lookUp } from './table';

export function fd_fdstat_get(fd: i32, result: usize): i32 {
  const d = lookUp(fd);
  if (d == null) return Errno.BADF;
  if (!isInGuest(result, 24)) return Errno.FAULT;
  guest.store64(result, <u64>d.fileType | ((<u64>d.flags) << 16));
  guest.store64(result + 8, d.rights);
  guest.store64(result + 16, d.inheriting);
  return Errno.SUCCESS;
}

export function fd_fdstat_set_flags(fd: i32, flags: i32): i32 {
  const d = lookUp(fd);
  if (d == null) return Errno.BADF;
  if ((flags & ~(FdFlags.APPEND | FdFlags.NONBLOCK)) != 0) return Errno.INVAL;
  d.flags = <u16>flags;
  return Errno.SUCCESS;
}
