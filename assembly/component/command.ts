// SPDX-License-Identifier: MIT
// The adapter from preview 1 to WASI: the functions that a guest imports, and `run`, which is the component's. The files of
// ./host/ are those of wasi-0.2 or wasi-0.3: build.mjs reads them from there.

export { clock_res_get, clock_time_get } from './clocks';
export { path_open, path_readlink } from './devices';
export { args_get, args_sizes_get, environ_get, environ_sizes_get } from './environment';
export { fd_close, fd_read, fd_renumber, fd_write } from './fd';
export { fd_fdstat_get, fd_fdstat_set_flags, fd_fdstat_set_rights } from './fdstat';
export { fd_pread, fd_pwrite } from './files/content';
export {
  fd_advise,
  fd_allocate,
  fd_datasync,
  fd_filestat_set_size,
  fd_seek,
  fd_sync,
  fd_tell,
} from './files/file';
export {
  path_create_directory,
  path_link,
  path_remove_directory,
  path_rename,
  path_symlink,
  path_unlink_file,
} from './files/path';
export { fd_prestat_dir_name, fd_prestat_get } from './files/preopens';
export { fd_readdir } from './files/readdir';
export {
  fd_filestat_get,
  fd_filestat_set_times,
  path_filestat_get,
  path_filestat_set_times,
} from './files/stat';
export { poll_oneoff } from './host/poll';
export { proc_raise, sched_yield } from './process';
export { proc_exit, run } from './program';
export { random_get } from './random';
export { sock_accept, sock_recv, sock_send, sock_shutdown } from './sockets';
