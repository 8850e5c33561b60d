// SPDX-License-Identifier: MIT
// The functions of wasi_snapshot_preview1, in the order of the witx, with the parameters as they are
// imported. Kinds tell the tracer how to show one; a kind that spans two parameters (pointer and
// length) swallows the next one.

/** How a parameter is shown. */
export type ParameterKind =
  /** A number as it is. */
  | 'n'
  /** Hexadecimal: rights and flags. */
  | 'hex'
  /** A pointer that says nothing before or after the call. */
  | 'ptr'
  /** Pointer and length of a path or a name. */
  | 'text'
  /** Pointer and length of a buffer that the call fills. */
  | 'buffer'
  /** Pointer and count of buffers that the call fills; of buffers that it sends. */
  | 'reads'
  | 'writes'
  /** Pointer to a u32 or u64 that the call writes: shown after it. */
  | 'u32'
  | 'u64'
  /** Subscriptions; events, shown after the call. */
  | 'subs'
  | 'events';

const SIGNATURES = `
args_get(argv:ptr, buf:ptr)
args_sizes_get(argc:u32, size:u32)
environ_get(environ:ptr, buf:ptr)
environ_sizes_get(count:u32, size:u32)
clock_res_get(id:n, resolution:u64)
clock_time_get(id:n, precision:n, time:u64)
fd_advise(fd:n, offset:n, len:n, advice:n)
fd_allocate(fd:n, offset:n, len:n)
fd_close(fd:n)
fd_datasync(fd:n)
fd_fdstat_get(fd:n, stat:ptr)
fd_fdstat_set_flags(fd:n, flags:hex)
fd_fdstat_set_rights(fd:n, base:hex, inheriting:hex)
fd_filestat_get(fd:n, stat:ptr)
fd_filestat_set_size(fd:n, size:n)
fd_filestat_set_times(fd:n, atim:n, mtim:n, flags:hex)
fd_pread(fd:n, iovs:reads, offset:n, nread:u32)
fd_prestat_get(fd:n, prestat:ptr)
fd_prestat_dir_name(fd:n, path:buffer)
fd_pwrite(fd:n, iovs:writes, offset:n, nwritten:u32)
fd_read(fd:n, iovs:reads, nread:u32)
fd_readdir(fd:n, buf:buffer, cookie:n, used:u32)
fd_renumber(fd:n, to:n)
fd_seek(fd:n, offset:n, whence:n, position:u64)
fd_sync(fd:n)
fd_tell(fd:n, position:u64)
fd_write(fd:n, iovs:writes, nwritten:u32)
path_create_directory(fd:n, path:text)
path_filestat_get(fd:n, flags:hex, path:text, stat:ptr)
path_filestat_set_times(fd:n, flags:hex, path:text, atim:n, mtim:n, fst_flags:hex)
path_link(old_fd:n, old_flags:hex, old_path:text, new_fd:n, new_path:text)
path_open(fd:n, dirflags:hex, path:text, oflags:hex, base:hex, inheriting:hex, fdflags:hex, new_fd:u32)
path_readlink(fd:n, path:text, buf:buffer, used:u32)
path_remove_directory(fd:n, path:text)
path_rename(fd:n, old_path:text, new_fd:n, new_path:text)
path_symlink(old_path:text, fd:n, new_path:text)
path_unlink_file(fd:n, path:text)
poll_oneoff(in:subs, out:events, nsubscriptions:n, nevents:u32)
proc_exit(status:n)
proc_raise(signal:n)
sched_yield()
random_get(buf:buffer)
sock_accept(fd:n, flags:hex, new_fd:u32)
sock_recv(fd:n, data:reads, flags:hex, nread:u32, ro_flags:ptr)
sock_send(fd:n, data:writes, flags:hex, nwritten:u32)
sock_shutdown(fd:n, how:hex)
`;

/** A parameter of a function. */
export interface Parameter {
  readonly name: string;
  readonly kind: ParameterKind;
}

/** Parameters by function name, in the order of the witx. */
export const PREVIEW1: ReadonlyMap<string, readonly Parameter[]> = new Map(
  SIGNATURES.trim()
    .split('\n')
    .map((line) => {
      const open = line.indexOf('(');
      const inside = line.slice(open + 1, -1);
      const parameters = inside === '' ? [] : inside.split(', ').map(parameter);
      return [line.slice(0, open), parameters];
    }),
);

function parameter(text: string): Parameter {
  const [name = '', kind] = text.split(':');
  return { name, kind: kind as ParameterKind };
}
