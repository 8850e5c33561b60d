// SPDX-License-Identifier: MIT
// Preopened directories, and the little of the file system that servers need: a log file.

import { Errno, errnoName } from './errno';
import {
  FD_APPEND,
  Fdstat,
  FOLLOW_SYMLINKS,
  OPEN_CREATE,
  PREOPEN_DIR,
  Prestat,
  RIGHT_FD_WRITE,
} from './records';
import {
  fd_fdstat_get,
  fd_prestat_dir_name,
  fd_prestat_get,
  path_open,
} from './wasi_snapshot_preview1';

/** The first fd that is not a standard stream. */
export const FIRST_PREOPEN: i32 = 3;

const prestat = changetype<Prestat>(memory.data(8, 8));
const fdstat = changetype<Fdstat>(memory.data(24, 8));
const openedFd = memory.data(4, 4);

/** A directory that the host gave to the guest. */
export class Preopen {
  constructor(
    readonly fd: i32,
    /** The name that the guest knows it by. */
    readonly name: string,
  ) {}
}

/** The file type of `fd`, or a negated errno: -BADF past the last preopened fd. */
export function fileType(fd: i32): i32 {
  const errno = fd_fdstat_get(fd, changetype<usize>(fdstat));
  return errno == Errno.SUCCESS ? fdstat.filetype : -errno;
}

/**
 * The preopened directories, in the order of their fds.
 *
 * Listeners may come before or between them, and hosts disagree on what fd_prestat_get says of
 * those (Wasmtime: BADF). Only an fd that has no fdstat either ends the scan.
 */
export function preopens(): Array<Preopen> {
  const found: Preopen[] = [];
  let fd = FIRST_PREOPEN;
  while (true) {
    if (fd_prestat_get(fd, changetype<usize>(prestat)) == Errno.SUCCESS) {
      if (prestat.tag == PREOPEN_DIR) found.push(new Preopen(fd, nameOf(fd, prestat.nameLength)));
    } else if (fileType(fd) == -Errno.BADF) {
      return found;
    }
    fd++;
  }
}

function nameOf(fd: i32, length: u32): string {
  const buffer = new StaticArray<u8>(length);
  fd_prestat_dir_name(fd, changetype<usize>(buffer), length);
  return String.UTF8.decodeUnsafe(changetype<usize>(buffer), length);
}

/**
 * Opens `path` for appending in the first preopened directory that holds files (/dev does not),
 * and creates it where it is missing. Answers the fd; ends the guest with a message where there is
 * no such directory or the host refuses.
 */
export function openForAppend(path: string): i32 {
  const directories = preopens();
  for (let i = 0; i < directories.length; i++) {
    if (directories[i].name == '/dev') continue;
    const name = String.UTF8.encode(path);
    const errno = path_open(
      directories[i].fd,
      FOLLOW_SYMLINKS,
      changetype<usize>(name),
      name.byteLength,
      OPEN_CREATE,
      RIGHT_FD_WRITE,
      0,
      FD_APPEND,
      openedFd,
    );
    if (errno == Errno.SUCCESS) return load<i32>(openedFd);
    throw new Error(`cannot open ${path} in ${directories[i].name}: ${errnoName(errno)}`);
  }
  throw new Error(`cannot open ${path}: no directory was given, run with --dir HOST::GUEST`);
}
