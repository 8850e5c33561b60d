// SPDX-License-Identifier: MIT
// The only imports of a guest, in the order of the witx. asc takes this file's name as the name of the
// module that its `declare`d functions are imported from. Each answers an errno.

export declare function args_get(argv: usize, buffer: usize): i32;
export declare function args_sizes_get(argc: usize, bufferLength: usize): i32;
export declare function environ_get(environ: usize, buffer: usize): i32;
export declare function environ_sizes_get(count: usize, bufferLength: usize): i32;
export declare function clock_res_get(id: u32, resolution: usize): i32;
export declare function clock_time_get(id: u32, precision: u64, time: usize): i32;
export declare function fd_advise(fd: i32, offset: u64, length: u64, advice: u32): i32;
export declare function fd_allocate(fd: i32, offset: u64, length: u64): i32;
export declare function fd_close(fd: i32): i32;
export declare function fd_datasync(fd: i32): i32;
export declare function fd_fdstat_get(fd: i32, fdstat: usize): i32;
export declare function fd_fdstat_set_flags(fd: i32, flags: u32): i32;
export declare function fd_fdstat_set_rights(fd: i32, base: u64, inheriting: u64): i32;
export declare function fd_filestat_get(fd: i32, filestat: usize): i32;
export declare function fd_filestat_set_size(fd: i32, size: u64): i32;
export declare function fd_pread(fd: i32, iovs: usize, count: u32, offset: u64, nread: usize): i32;
export declare function fd_prestat_get(fd: i32, prestat: usize): i32;
export declare function fd_prestat_dir_name(fd: i32, path: usize, length: u32): i32;
export declare function fd_pwrite(
  fd: i32,
  iovs: usize,
  count: u32,
  offset: u64,
  nwritten: usize,
): i32;
export declare function fd_read(fd: i32, iovs: usize, count: u32, nread: usize): i32;
export declare function fd_readdir(
  fd: i32,
  buffer: usize,
  length: u32,
  cookie: u64,
  used: usize,
): i32;
export declare function fd_renumber(from: i32, to: i32): i32;
export declare function fd_seek(fd: i32, offset: i64, whence: u32, position: usize): i32;
export declare function fd_tell(fd: i32, position: usize): i32;
export declare function fd_write(fd: i32, iovs: usize, count: u32, nwritten: usize): i32;
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
export declare function poll_oneoff(
  subscriptions: usize,
  events: usize,
  count: u32,
  nevents: usize,
): i32;
export declare function proc_exit(status: u32): void;
export declare function random_get(buffer: usize, length: u32): i32;
export declare function sched_yield(): i32;
export declare function sock_accept(fd: i32, flags: u32, newFd: usize): i32;
export declare function sock_recv(
  fd: i32,
  iovs: usize,
  count: u32,
  flags: u32,
  nread: usize,
  outFlags: usize,
): i32;
export declare function sock_send(
  fd: i32,
  iovs: usize,
  count: u32,
  flags: u32,
  nwritten: usize,
): i32;
export declare function sock_shutdown(fd: i32, how: u32): i32;
