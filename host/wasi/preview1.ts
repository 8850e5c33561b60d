// SPDX-License-Identifier: MIT
// The functions of wasi_snapshot_preview1, in the order of the witx, with the parameters as they are
// imported, and the kind of each, which tells the tracer how to show it. A kind may span two
// parameters (a pointer and a length).

/** How a parameter is shown. */
export type ParameterKind =
  /** A number as it is, of 32 bits or of 64; in hexadecimal: of 32 bits, and rights. */
  | 'n'
  | 'n64'
  | 'hex'
  | 'rights'
  /** A number out of an enumeration, or a set of flags, by name. */
  | EnumerationKind
  | FlagsKind
  /** A pointer that says nothing before or after the call. */
  | 'ptr'
  /** Pointer and length of a path. */
  | 'text'
  /** Pointer and length of a buffer that the call fills; of one that it fills with a path. */
  | 'buffer'
  | 'name'
  /** Pointer and count of buffers that the call fills; of buffers that it sends. */
  | 'reads'
  | 'writes'
  /** Pointer to what the call writes, shown after it: numbers and records. */
  | 'u32'
  | 'u64'
  | 'fdstat'
  | 'filestat'
  | 'prestat'
  /** Subscriptions, before the call; events, after it; their numbers, shown with them. */
  | 'subs'
  | 'events'
  | 'nsubs'
  | 'nevents';

export type EnumerationKind = 'clock' | 'whence' | 'advice';
export type FlagsKind =
  | 'fdflags'
  | 'fstflags'
  | 'lookup'
  | 'oflags'
  | 'riflags'
  | 'roflags'
  | 'sdflags';

const SIGNATURES = `
args_get(argv:ptr, buf:ptr)
args_sizes_get(argc:u32, size:u32)
environ_get(environ:ptr, buf:ptr)
environ_sizes_get(count:u32, size:u32)
clock_res_get(id:clock, resolution:u64)
clock_time_get(id:clock, precision:n64, time:u64)
fd_advise(fd:n, offset:n64, len:n64, advice:advice)
fd_allocate(fd:n, offset:n64, len:n64)
fd_close(fd:n)
fd_datasync(fd:n)
fd_fdstat_get(fd:n, stat:fdstat)
fd_fdstat_set_flags(fd:n, flags:fdflags)
fd_fdstat_set_rights(fd:n, base:rights, inheriting:rights)
fd_filestat_get(fd:n, stat:filestat)
fd_filestat_set_size(fd:n, size:n64)
fd_filestat_set_times(fd:n, atim:n64, mtim:n64, flags:fstflags)
fd_pread(fd:n, iovs:reads, offset:n64, nread:u32)
fd_prestat_get(fd:n, prestat:prestat)
fd_prestat_dir_name(fd:n, path:name)
fd_pwrite(fd:n, iovs:writes, offset:n64, nwritten:u32)
fd_read(fd:n, iovs:reads, nread:u32)
fd_readdir(fd:n, buf:buffer, cookie:n64, used:u32)
fd_renumber(fd:n, to:n)
fd_seek(fd:n, offset:n64, whence:whence, position:u64)
fd_sync(fd:n)
fd_tell(fd:n, position:u64)
fd_write(fd:n, iovs:writes, nwritten:u32)
path_create_directory(fd:n, path:text)
path_filestat_get(fd:n, flags:lookup, path:text, stat:filestat)
path_filestat_set_times(fd:n, flags:lookup, path:text, atim:n64, mtim:n64, fst_flags:fstflags)
path_link(old_fd:n, old_flags:lookup, old_path:text, new_fd:n, new_path:text)
path_open(fd:n, dirflags:lookup, path:text, oflags:oflags, base:rights, inheriting:rights, fdflags:fdflags, fd:u32)
path_readlink(fd:n, path:text, buf:name, used:u32)
path_remove_directory(fd:n, path:text)
path_rename(fd:n, old_path:text, new_fd:n, new_path:text)
path_symlink(old_path:text, fd:n, new_path:text)
path_unlink_file(fd:n, path:text)
poll_oneoff(in:subs, out:events, nsubscriptions:nsubs, nevents:nevents)
proc_exit(status:n)
proc_raise(signal:n)
sched_yield()
random_get(buf:buffer)
sock_accept(fd:n, flags:fdflags, fd:u32)
sock_recv(fd:n, data:reads, flags:riflags, nread:u32, ro_flags:roflags)
sock_send(fd:n, data:writes, flags:hex, nwritten:u32)
sock_shutdown(fd:n, how:sdflags)
`;

/** A parameter of a function. */
export interface Parameter {
  readonly name: string;
  readonly kind: ParameterKind;
  /** Index of its first argument. */
  readonly at: number;
}

/** Kinds that stand for two arguments. */
const PAIRS: ReadonlySet<ParameterKind> = new Set(['text', 'buffer', 'name', 'reads', 'writes']);

/** Kinds that are an i64; all others are i32. */
const WIDE: ReadonlySet<ParameterKind> = new Set(['n64', 'rights']);

/** Parameters by function name, in the order of the witx. */
export const PREVIEW1: ReadonlyMap<string, readonly Parameter[]> = new Map(
  SIGNATURES.trim()
    .split('\n')
    .map((line) => {
      const open = line.indexOf('(');
      return [line.slice(0, open), parameters(line.slice(open + 1, -1))];
    }),
);

function parameters(text: string): Parameter[] {
  let next = 0;
  return (text.match(/\w+:\w+/g) ?? []).map((pair) => {
    const [name, kind] = pair.split(':') as [string, ParameterKind];
    const at = next;
    next += PAIRS.has(kind) ? 2 : 1;
    return { name, kind, at };
  });
}

/** The type of a function as modules import it: every one answers an errno, but proc_exit, which does not return. */
export interface Preview1Signature {
  readonly parameters: readonly ('i32' | 'i64')[];
  readonly results: readonly 'i32'[];
}

/** The type of the function of this name; undefined where preview 1 has none. */
export function signatureOf(name: string): Preview1Signature | undefined {
  const parameters = PREVIEW1.get(name)?.flatMap(({ kind }): ('i32' | 'i64')[] => {
    if (PAIRS.has(kind)) return ['i32', 'i32'];
    return [WIDE.has(kind) ? 'i64' : 'i32'];
  });
  return parameters && { parameters, results: name === 'proc_exit' ? [] : ['i32'] };
}
