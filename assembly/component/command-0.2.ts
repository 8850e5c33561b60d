// SPDX-License-Identifier: MIT
// The adapter from preview 1 to WASI 0.2: the functions that a guest imports, and `run`, which is the component's.

export { clock_res_get, clock_time_get } from './clocks';
export { args_get, args_sizes_get, environ_get, environ_sizes_get } from './environment';
export { fd_fdstat_get, fd_fdstat_set_flags } from './fdstat';
export { proc_raise, sched_yield } from './process';
export { random_get } from './random';
export {
  fd_advise,
  fd_allocate,
  fd_datasync,
  fd_fdstat_set_rights,
  fd_filestat_get,
  fd_filestat_set_size,
  fd_filestat_set_times,
  fd_pread,
  fd_prestat_dir_name,
  fd_prestat_get,
  fd_pwrite,
  fd_readdir,
  fd_seek,
  fd_sync,
  fd_tell,
  path_create_directory,
  path_filestat_get,
  path_filestat_set_times,
  path_link,
  path_open,
  path_readlink,
  path_remove_directory,
  path_rename,
  path_symlink,
  path_unlink_file,
} from './unsupported';
export { sock_accept, sock_recv, sock_send, sock_shutdown } from './wasi-0.2/connection';
export { fd_close, fd_read, fd_renumber, fd_write } from './wasi-0.2/fd';
export { poll_oneoff } from './wasi-0.2/poll';
export { proc_exit, run } from './wasi-0.2/program';
