// SPDX-License-Identifier: MIT
// The preview 1 functions that the base WASI serves, with guest fds turned into base fds and back,
// and their answers for what is not the base's: sockets and the virtual /dev.

import { Lookup, type NativeHost } from '../native/addon.ts';
import type { BaseWasi, WasiFunction } from './base.ts';
import { DEVICE_NAME, readDeviceLink } from './device.ts';
import { Errno } from './errno.ts';
import type { GuestMemory } from './memory.ts';

/** Functions whose first argument is an fd, with the answers for a socket and for /dev. */
const BY_FD: Readonly<Record<string, readonly [socket: number, device: number]>> = {
  fd_advise: [Errno.SPIPE, Errno.BADF],
  fd_allocate: [Errno.NODEV, Errno.BADF],
  fd_datasync: [Errno.INVAL, Errno.SUCCESS],
  fd_filestat_set_size: [Errno.INVAL, Errno.ISDIR],
  fd_filestat_set_times: [Errno.NOTSUP, Errno.ROFS],
  fd_readdir: [Errno.NOTDIR, Errno.NOTSUP],
  fd_seek: [Errno.SPIPE, Errno.BADF],
  fd_sync: [Errno.INVAL, Errno.SUCCESS],
  fd_tell: [Errno.SPIPE, Errno.BADF],
  path_create_directory: [Errno.NOTDIR, Errno.ROFS],
  path_filestat_get: [Errno.NOTDIR, Errno.NOENT],
  path_filestat_set_times: [Errno.NOTDIR, Errno.ROFS],
  path_remove_directory: [Errno.NOTDIR, Errno.ROFS],
  path_unlink_file: [Errno.NOTDIR, Errno.ROFS],
};

/** Functions that name two directories, by the positions of their fds. */
const BY_TWO_FDS: Readonly<Record<string, readonly [number, number]>> = {
  path_link: [0, 4],
  path_rename: [0, 3],
};

/** Functions that have no fd at all. */
const PLAIN = [
  'args_get',
  'args_sizes_get',
  'clock_res_get',
  'clock_time_get',
  'environ_get',
  'environ_sizes_get',
  'random_get',
  'sched_yield',
];

const FILETYPE_DIRECTORY = 3;
const FILETYPE_SOCKET_STREAM = 6;
const FILESTAT_SIZE = 64;
const PRESTAT_SIZE = 8;
const IOVEC_SIZE = 8;
const IOV_MAX = 1024;

/** Makes the functions, for one host. */
export function delegatedImports(
  native: NativeHost,
  base: BaseWasi,
  memory: GuestMemory,
): Record<string, WasiFunction> {
  const imports: Record<string, WasiFunction> = {};
  const baseOf = (fd: number | bigint | undefined) => native.lookup(Number(fd));

  /** Puts the base fd in the place of the guest's, or gives the answer for what is no base fd. */
  const delegate = (
    args: (number | bigint)[],
    at: number,
    [socket, device]: readonly [number, number],
  ): number | undefined => {
    const fd = baseOf(args[at]);
    if (fd === Lookup.none) return Errno.BADF;
    if (fd === Lookup.socket) return socket;
    if (fd === Lookup.device) return device;
    args[at] = fd;
    return undefined;
  };
  const call = (name: string, args: (number | bigint)[]) =>
    base.functions[name]?.(...args) ?? Errno.NOSYS;

  for (const name of PLAIN) imports[name] = (...args) => call(name, args);
  for (const [name, others] of Object.entries(BY_FD)) {
    imports[name] = (...args) => delegate(args, 0, others) ?? call(name, args);
  }
  for (const [name, [first, second]] of Object.entries(BY_TWO_FDS)) {
    const others = [Errno.NOTDIR, Errno.ROFS] as const;
    imports[name] = (...args) =>
      delegate(args, first, others) ?? delegate(args, second, others) ?? call(name, args);
  }

  // node:wasi multiplies the number of buffers in 32 bits, so it never sees an array that is not all
  // inside the memory, nor a long one: a short transfer is always allowed.
  for (const name of ['fd_pread', 'fd_pwrite']) {
    imports[name] = (...args) => {
      const other = delegate(args, 0, [Errno.SPIPE, Errno.ISDIR]);
      if (other !== undefined) return other;
      const count = Number(args[2]) >>> 0;
      if (!memory.contains(Number(args[1]), count * IOVEC_SIZE)) return Errno.FAULT;
      args[2] = Math.min(count, IOV_MAX);
      return call(name, args);
    };
  }

  imports.path_symlink = (...args) =>
    delegate(args, 2, [Errno.NOTDIR, Errno.ROFS]) ?? call('path_symlink', args);

  imports.path_readlink = (...args) => {
    if (baseOf(args[0]) === Lookup.device) {
      const [, path, pathLength, buffer, bufferLength, used] = args.map(Number) as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      const text = memory.text(path, pathLength);
      if (text === undefined) return Errno.FAULT;
      return readDeviceLink(native, memory, text, buffer, bufferLength, used);
    }
    return delegate(args, 0, [Errno.NOTDIR, Errno.NOENT]) ?? call('path_readlink', args);
  };

  // The base writes its own number to the result pointer; the guest gets one of ours in its place.
  imports.path_open = (...args) => {
    const other = delegate(args, 0, [Errno.NOTDIR, Errno.NOENT]);
    if (other !== undefined) return other;
    const result = memory.view(Number(args[8]), 4);
    if (result === undefined) return Errno.FAULT;
    const errno = call('path_open', args);
    if (errno !== Errno.SUCCESS) return errno;
    const baseFd = result.getUint32(0, true);
    try {
      result.setUint32(0, native.addBase(baseFd, -1), true);
    } catch {
      call('fd_close', [baseFd]);
      return Errno.MFILE;
    }
    return Errno.SUCCESS;
  };

  imports.fd_filestat_get = (...args) => {
    const fd = baseOf(args[0]);
    if (fd >= 0) return call('fd_filestat_get', [fd, args[1] as number]);
    if (fd === Lookup.none) return Errno.BADF;
    const stat = memory.bytes(Number(args[1]), FILESTAT_SIZE);
    if (stat === undefined) return Errno.FAULT;
    stat.fill(0);
    stat[16] = fd === Lookup.socket ? FILETYPE_SOCKET_STREAM : FILETYPE_DIRECTORY;
    stat[24] = 1; // links
    return Errno.SUCCESS;
  };

  // wasi-libc, Go and Rust scan from fd 3 to the first EBADF, and take tag 0 for a directory. A socket
  // answers success with tag 1: the one answer with which all three find the directories behind it.
  imports.fd_prestat_get = (...args) => {
    const fd = baseOf(args[0]);
    if (fd >= 0) return call('fd_prestat_get', [fd, args[1] as number]);
    if (fd === Lookup.none) return Errno.BADF;
    const prestat = memory.view(Number(args[1]), PRESTAT_SIZE);
    if (prestat === undefined) return Errno.FAULT;
    prestat.setUint32(0, fd === Lookup.socket ? 1 : 0, true);
    prestat.setUint32(4, fd === Lookup.socket ? 0 : DEVICE_NAME.length, true);
    return Errno.SUCCESS;
  };

  imports.fd_prestat_dir_name = (...args) => {
    const other = delegate(args, 0, [Errno.NOTDIR, Errno.SUCCESS]);
    if (other === undefined) return call('fd_prestat_dir_name', args);
    if (other !== Errno.SUCCESS) return other;
    if (Number(args[2]) >>> 0 < DEVICE_NAME.length) return Errno.NAMETOOLONG;
    const name = memory.bytes(Number(args[1]), DEVICE_NAME.length);
    if (name === undefined) return Errno.FAULT;
    name.set(new TextEncoder().encode(DEVICE_NAME));
    return Errno.SUCCESS;
  };
  return imports;
}
