// SPDX-License-Identifier: MIT
// The imports, and the only file with any: asc takes a file's own name for the import's module, so
// this one is named after it. Signatures and order as in wasi_snapshot_preview1.witx; each answers
// an errno. Pointers are addresses in this module's memory.

export declare function environ_get(environ: usize, buffer: usize): u32;
export declare function environ_sizes_get(count: usize, bytes: usize): u32;
export declare function clock_time_get(id: u32, precision: u64, time: usize): u32;
export declare function fd_close(fd: i32): u32;
export declare function fd_fdstat_get(fd: i32, fdstat: usize): u32;
export declare function fd_fdstat_set_flags(fd: i32, flags: u32): u32;
export declare function fd_prestat_get(fd: i32, prestat: usize): u32;
export declare function fd_prestat_dir_name(fd: i32, path: usize, length: u32): u32;
export declare function fd_read(fd: i32, iovs: usize, count: u32, nread: usize): u32;
export declare function fd_write(fd: i32, iovs: usize, count: u32, nwritten: usize): u32;
export declare function path_open(
  dir: i32,
  dirflags: u32,
  path: usize,
  length: u32,
  oflags: u32,
  rights: u64,
  inheriting: u64,
  fdflags: u32,
  fd: usize,
): u32;
export declare function path_readlink(
  dir: i32,
  path: usize,
  length: u32,
  buffer: usize,
  bufferLength: u32,
  used: usize,
): u32;
export declare function poll_oneoff(
  subscriptions: usize,
  events: usize,
  count: u32,
  nevents: usize,
): u32;
export declare function proc_exit(status: u32): void;
export declare function sock_accept(fd: i32, flags: u32, newFd: usize): u32;
export declare function sock_shutdown(fd: i32, how: u32): u32;
