// SPDX-License-Identifier: MIT
// The little of files that a server needs: preopened directories, a log to append to, and links.

import { FDFLAGS_APPEND, OFLAGS_CREAT, RIGHT_FD_WRITE } from './records';
import {
  fd_prestat_dir_name,
  fd_prestat_get,
  path_open,
  path_readlink,
} from './wasi_snapshot_preview1';

const PRESTAT: usize = memory.data(8, 8);
const RESULT: usize = memory.data(8, 8);
const LINK_MAX = 256;
const LINK: usize = memory.data(256, 8);

/**
 * The descriptor of a preopened directory: of that name, or the first one where `name` is ''; -1
 * if there is none. Listeners stand before the directories and are passed over.
 */
export function preopenedDirectory(name: string = ''): i32 {
  for (let fd = 3; fd_prestat_get(fd, PRESTAT) == 0; fd++) {
    if (load<u8>(PRESTAT) != 0) continue; // no directory
    const length = load<u32>(PRESTAT, 4);
    if (name.length == 0) return fd;
    const buffer = heap.alloc(length + 1);
    const errno = fd_prestat_dir_name(fd, buffer, length);
    const found = errno == 0 ? String.UTF8.decodeUnsafe(buffer, length) : '';
    heap.free(buffer);
    if (found == name) return fd;
  }
  return -1;
}

/** Opens a file of a preopened directory to append to, and makes it if need be: descriptor or -errno. */
export function openToAppend(directory: i32, path: string): i32 {
  const utf8 = String.UTF8.encode(path);
  const errno = path_open(
    directory,
    0,
    changetype<usize>(utf8),
    utf8.byteLength,
    OFLAGS_CREAT,
    RIGHT_FD_WRITE,
    0,
    FDFLAGS_APPEND,
    RESULT,
  );
  return errno == 0 ? load<i32>(RESULT) : -(<i32>errno);
}

/** Where a symbolic link of a preopened directory points to, or null. */
export function readLink(directory: i32, path: string): string | null {
  const utf8 = String.UTF8.encode(path);
  const errno = path_readlink(
    directory,
    changetype<usize>(utf8),
    utf8.byteLength,
    LINK,
    LINK_MAX,
    RESULT,
  );
  return errno == 0 ? String.UTF8.decodeUnsafe(LINK, load<u32>(RESULT)) : null;
}
