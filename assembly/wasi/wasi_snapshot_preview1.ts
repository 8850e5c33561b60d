// SPDX-License-Identifier: MIT
// The only imports of a guest, in the order of the witx. This file must keep its name: asc takes a
// file's name as the name of the module that its `declare`d functions are imported from.
// Pointers are usize, handles and sizes u32, and every answer is an errno.

export declare function args_get(argv: usize, argvBuffer: usize): i32;
export declare function args_sizes_get(argc: usize, bufferLength: usize): i32;
export declare function environ_get(environ: usize, environBuffer: usize): i32;
export declare function environ_sizes_get(count: usize, bufferLength: usize): i32;
export declare function clock_time_get(clockId: u32, precisionNs: u64, timeNs: usize): i32;
export declare function fd_close(fd: i32): i32;
export declare function fd_fdstat_get(fd: i32, fdstat: usize): i32;
export declare function fd_fdstat_set_flags(fd: i32, flags: u32): i32;
export declare function fd_prestat_get(fd: i32, prestat: usize): i32;
export declare function fd_prestat_dir_name(fd: i32, path: usize, pathLength: u32): i32;
export declare function fd_read(fd: i32, iovs: usize, iovsLength: u32, nread: usize): i32;
export declare function fd_write(fd: i32, iovs: usize, iovsLength: u32, nwritten: usize): i32;
export declare function path_open(
  dirFd: i32,
  dirFlags: u32,
  path: usize,
  pathLength: u32,
  openFlags: u32,
  rightsBase: u64,
  rightsInheriting: u64,
  fdFlags: u32,
  openedFd: usize,
): i32;
export declare function path_readlink(
  dirFd: i32,
  path: usize,
  pathLength: u32,
  buffer: usize,
  bufferLength: u32,
  used: usize,
): i32;
export declare function poll_oneoff(
  subscriptions: usize,
  events: usize,
  count: u32,
  nevents: usize,
): i32;
export declare function proc_exit(status: u32): void;
export declare function sock_accept(fd: i32, flags: u32, newFd: usize): i32;
export declare function sock_shutdown(fd: i32, how: u32): i32;
