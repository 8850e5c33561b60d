// SPDX-License-Identifier: MIT
// Functions of files, which are not here yet.

import { Errno } from '../preview1';
import { lookUp } from '../table';

export function fd_advise(a: i32, b: i64, c: i64, d: i32): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function fd_allocate(a: i32, b: i64, c: i64): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function fd_datasync(a: i32): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function fd_fdstat_set_rights(a: i32, b: i64, c: i64): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function fd_filestat_get(a: i32, b: i32): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function fd_filestat_set_size(a: i32, b: i64): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function fd_filestat_set_times(a: i32, b: i64, c: i64, d: i32): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function fd_pread(a: i32, b: i32, c: i32, d: i64, e: i32): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function fd_prestat_get(a: i32, b: i32): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function fd_prestat_dir_name(a: i32, b: i32, c: i32): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function fd_pwrite(a: i32, b: i32, c: i32, d: i64, e: i32): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function fd_readdir(a: i32, b: i32, c: i32, d: i64, e: i32): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function fd_seek(a: i32, b: i64, c: i32, d: i32): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function fd_sync(a: i32): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function fd_tell(a: i32, b: i32): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function path_create_directory(a: i32, b: i32, c: i32): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function path_filestat_get(a: i32, b: i32, c: i32, d: i32, e: i32): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function path_filestat_set_times(
  a: i32,
  b: i32,
  c: i32,
  d: i32,
  e: i64,
  f: i64,
  g: i32,
): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function path_link(a: i32, b: i32, c: i32, d: i32, e: i32, f: i32, g: i32): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function path_open(
  a: i32,
  b: i32,
  c: i32,
  d: i32,
  e: i32,
  f: i64,
  g: i64,
  h: i32,
  i: i32,
): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function path_readlink(a: i32, b: i32, c: i32, d: i32, e: i32, f: i32): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function path_remove_directory(a: i32, b: i32, c: i32): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function path_rename(a: i32, b: i32, c: i32, d: i32, e: i32, f: i32): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}

export function path_symlink(a: i32, b: i32, c: i32, d: i32, e: i32): i32 {
  return lookUp(c) == null ? Errno.BADF : Errno.NOTSUP;
}

export function path_unlink_file(a: i32, b: i32, c: i32): i32 {
  return lookUp(a) == null ? Errno.BADF : Errno.NOTSUP;
}
