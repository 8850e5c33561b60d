// SPDX-License-Identifier: MIT
// Functions of files that the SDK has no use for. This file must keep its name, which is the name of the module that they
// are imported from.

export declare function fd_advise(fd: i32, offset: u64, length: u64, advice: u32): i32;
export declare function fd_allocate(fd: i32, offset: u64, length: u64): i32;
export declare function fd_datasync(fd: i32): i32;
export declare function fd_filestat_get(fd: i32, filestat: usize): i32;
export declare function fd_filestat_set_size(fd: i32, size: u64): i32;
export declare function fd_filestat_set_times(fd: i32, atim: u64, mtim: u64, flags: u32): i32;
export declare function fd_pread(fd: i32, iovs: usize, count: u32, offset: u64, nread: usize): i32;
export declare function fd_pwrite(
  fd: i32,
  iovs: usize,
  count: u32,
  offset: u64,
  nwritten: usize,
): i32;
export declare function fd_readdir(
  fd: i32,
  buffer: usize,
  length: u32,
  cookie: u64,
  used: usize,
): i32;
export declare function fd_renumber(from: i32, to: i32): i32;
export declare function fd_seek(fd: i32, offset: i64, whence: u32, position: usize): i32;
export declare function fd_sync(fd: i32): i32;
export declare function fd_tell(fd: i32, position: usize): i32;
export declare function path_create_directory(fd: i32, path: usize, length: u32): i32;
export declare function path_filestat_get(
  fd: i32,
  lookup: u32,
  path: usize,
  length: u32,
  filestat: usize,
): i32;
export declare function path_filestat_set_times(
  fd: i32,
  lookup: u32,
  path: usize,
  length: u32,
  atim: u64,
  mtim: u64,
  flags: u32,
): i32;
export declare function path_link(
  fd: i32,
  lookup: u32,
  path: usize,
  length: u32,
  newFd: i32,
  newPath: usize,
  newLength: u32,
): i32;
export declare function path_remove_directory(fd: i32, path: usize, length: u32): i32;
export declare function path_rename(
  fd: i32,
  path: usize,
  length: u32,
  newFd: i32,
  newPath: usize,
  newLength: u32,
): i32;
export declare function path_symlink(
  target: usize,
  targetLength: u32,
  fd: i32,
  path: usize,
  length: u32,
): i32;
export declare function path_unlink_file(fd: i32, path: usize, length: u32): i32;
