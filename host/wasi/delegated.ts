// SPDX-License-Identifier: MIT
// The preview 1 functions that the base WASI serves, with guest fds turned into base fds, and their
// answers for what is neither the base's nor a file: sockets and the virtual /dev.

import { Lookup, type NativeHost } from '../native/addon.ts';
import { type BaseWasi, PLAIN_FUNCTIONS, type WasiFunction } from './base.ts';
import type { ConnectSpec } from './connect.ts';
import { DEVICE_NAME, openDevice, readDeviceLink } from './device.ts';
import { Errno } from './errno.ts';
import type { GuestMemory } from './memory.ts';

/** Functions whose first argument is an fd, with the answers for a socket and for /dev. */
const BY_FD: Readonly<Record<string, readonly [socket: number, device: number]>> = {
  fd_advise: [Errno.SPIPE, Errno.BADF],
  fd_allocate: [Errno.NODEV, Errno.BADF],
  fd_datasync: [Errno.INVAL, Errno.SUCCESS],
  fd_filestat_set_size: [Errno.INVAL, Errno.ISDIR],
  fd_filestat_set_times: [Errno.NOTSUP, Errno.ROFS],
  fd_seek: [Errno.SPIPE, Errno.BADF],
  fd_sync: [Errno.INVAL, Errno.SUCCESS],
  fd_tell: [Errno.SPIPE, Errno.BADF],
};

/** Functions on a path: the position of the fd, and the answer for /dev. No stream has paths in it. */
const BY_PATH: Readonly<Record<string, readonly [at: number, device: number]>> = {
  path_create_directory: [0, Errno.ROFS],
  path_filestat_get: [0, Errno.NOENT],
  path_filestat_set_times: [0, Errno.ROFS],
  path_link: [0, Errno.ROFS],
  path_remove_directory: [0, Errno.ROFS],
  path_rename: [0, Errno.ROFS],
  path_symlink: [2, Errno.ROFS],
  path_unlink_file: [0, Errno.ROFS],
};

/** Filetypes of the witx, for what is no file. */
const FILETYPES: ReadonlyMap<number, number> = new Map([
  [Lookup.pollSet, 2],
  [Lookup.device, 3],
  [Lookup.socket, 6],
]);
const FILESTAT_SIZE = 64;
const PRESTAT_SIZE = 8;
const IOVEC_SIZE = 8;
const IOV_MAX = 1024;

/** Makes the functions, for one host. */
export function delegatedImports(
  native: NativeHost,
  base: BaseWasi,
  memory: GuestMemory,
  peers: readonly ConnectSpec[],
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
    if (fd === Lookup.socket || fd === Lookup.pollSet) return socket;
    if (fd === Lookup.device) return device;
    args[at] = fd;
    return undefined;
  };
  const call = (name: string, args: (number | bigint)[]) =>
    base.functions[name]?.(...args) ?? Errno.NOSYS;

  for (const name of PLAIN_FUNCTIONS) imports[name] = (...args) => call(name, args);
  for (const [name, others] of Object.entries(BY_FD)) {
    imports[name] = (...args) => delegate(args, 0, others) ?? call(name, args);
  }
  for (const [name, [at, device]] of Object.entries(BY_PATH)) {
    imports[name] = (...args) => {
      const fd = baseOf(args[at]);
      if (fd === Lookup.none) return Errno.BADF;
      return fd === Lookup.device ? device : Errno.NOTDIR;
    };
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

  imports.fd_readdir = (...args) => {
    const fd = baseOf(args[0]);
    if (fd === Lookup.none) return Errno.BADF;
    return fd === Lookup.device ? Errno.NOTSUP : Errno.NOTDIR;
  };

  imports.path_open = (...args) => {
    const fd = baseOf(args[0]);
    if (fd === Lookup.none) return Errno.BADF;
    if (fd !== Lookup.device) return Errno.NOTDIR;
    const path = memory.text(Number(args[2]), Number(args[3]));
    const out = memory.view(Number(args[8]), 4);
    if (path === undefined || out === undefined) return Errno.FAULT;
    const opened = openDevice(
      native,
      peers,
      path,
      Number(args[4]),
      Number(args[7]),
      BigInt.asUintN(64, BigInt(args[5] as bigint)),
    );
    const give = (fd: number) => {
      if (fd < 0) return -fd;
      // The memory may have grown while the guest was suspended.
      memory.view(Number(args[8]), 4)?.setUint32(0, fd, true);
      return Errno.SUCCESS;
    };
    return typeof opened === 'number' ? give(opened) : (opened.then(give) as unknown as number);
  };

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
    return baseOf(args[0]) === Lookup.none ? Errno.BADF : Errno.NOTDIR;
  };

  imports.fd_filestat_get = (...args) => {
    const fd = baseOf(args[0]);
    if (fd >= 0) return call('fd_filestat_get', [fd, args[1] as number]);
    if (fd === Lookup.none) return Errno.BADF;
    const stat = memory.bytes(Number(args[1]), FILESTAT_SIZE);
    if (stat === undefined) return Errno.FAULT;
    stat.fill(0);
    stat[16] = FILETYPES.get(fd) ?? 0;
    stat[24] = 1; // links
    return Errno.SUCCESS;
  };

  // wasi-libc, Go and Rust scan from fd 3 to the first EBADF, and take tag 0 for a directory. A socket
  // answers success with tag 1: the one answer with which all three find the directories behind it.
  imports.fd_prestat_get = (...args) => {
    const fd = baseOf(args[0]);
    if (fd >= 0) return Errno.INVAL;
    if (fd === Lookup.none) return Errno.BADF;
    const prestat = memory.view(Number(args[1]), PRESTAT_SIZE);
    if (prestat === undefined) return Errno.FAULT;
    const device = fd === Lookup.device;
    prestat.setUint32(0, device ? 0 : 1, true);
    prestat.setUint32(4, device ? DEVICE_NAME.length : 0, true);
    return Errno.SUCCESS;
  };

  imports.fd_prestat_dir_name = (...args) => {
    const fd = baseOf(args[0]);
    if (fd === Lookup.none) return Errno.BADF;
    if (fd !== Lookup.device) return fd === Lookup.socket ? Errno.NOTDIR : Errno.INVAL;
    if (Number(args[2]) >>> 0 < DEVICE_NAME.length) return Errno.NAMETOOLONG;
    const name = memory.bytes(Number(args[1]), DEVICE_NAME.length);
    if (name === undefined) return Errno.FAULT;
    name.set(new TextEncoder().encode(DEVICE_NAME));
    return Errno.SUCCESS;
  };
  return imports;
}
