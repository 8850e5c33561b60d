// SPDX-License-Identifier: MIT
// Rights of preview 1. They are told as Wasmtime tells them, and cannot be taken away: WASI has none but whether a file is
// opened for reading and for writing.

import { FileType } from '../preview1';

enum Right {
  FD_DATASYNC = 1 << 0,
  FD_READ = 1 << 1,
  FD_SEEK = 1 << 2,
  FD_FDSTAT_SET_FLAGS = 1 << 3,
  FD_SYNC = 1 << 4,
  FD_TELL = 1 << 5,
  FD_WRITE = 1 << 6,
  FD_ADVISE = 1 << 7,
  FD_ALLOCATE = 1 << 8,
  PATH_CREATE_DIRECTORY = 1 << 9,
  PATH_CREATE_FILE = 1 << 10,
  PATH_LINK_SOURCE = 1 << 11,
  PATH_LINK_TARGET = 1 << 12,
  PATH_OPEN = 1 << 13,
  FD_READDIR = 1 << 14,
  PATH_READLINK = 1 << 15,
  PATH_RENAME_SOURCE = 1 << 16,
  PATH_RENAME_TARGET = 1 << 17,
  PATH_FILESTAT_GET = 1 << 18,
  PATH_FILESTAT_SET_SIZE = 1 << 19,
  PATH_FILESTAT_SET_TIMES = 1 << 20,
  FD_FILESTAT_GET = 1 << 21,
  FD_FILESTAT_SET_SIZE = 1 << 22,
  FD_FILESTAT_SET_TIMES = 1 << 23,
  PATH_SYMLINK = 1 << 24,
  PATH_REMOVE_DIRECTORY = 1 << 25,
  PATH_UNLINK_FILE = 1 << 26,
  POLL_FD_READWRITE = 1 << 27,
  SOCK_SHUTDOWN = 1 << 28,
  SOCK_ACCEPT = 1 << 29,
}

const ALL: u64 = (1 << 30) - 1;
export const READ: u64 = Right.FD_READ;
export const WRITE: u64 = Right.FD_WRITE;

const STREAM: u64 = Right.FD_FDSTAT_SET_FLAGS | Right.FD_FILESTAT_GET | Right.POLL_FD_READWRITE;
export const INPUT: u64 = READ | STREAM;
export const OUTPUT: u64 = WRITE | STREAM;
export const CONNECTION: u64 = READ | WRITE | STREAM | Right.SOCK_SHUTDOWN;
export const LISTENER: u64 = CONNECTION | Right.SOCK_ACCEPT;
export const DEVICES: u64 = Right.PATH_OPEN | Right.PATH_READLINK;

/** Of a preopened directory itself. */
export const PREOPENED: u64 =
  Right.PATH_CREATE_DIRECTORY |
  Right.PATH_CREATE_FILE |
  Right.PATH_LINK_SOURCE |
  Right.PATH_LINK_TARGET |
  Right.PATH_OPEN |
  Right.FD_READDIR |
  Right.PATH_READLINK |
  Right.PATH_RENAME_SOURCE |
  Right.PATH_RENAME_TARGET |
  Right.PATH_SYMLINK |
  Right.PATH_REMOVE_DIRECTORY |
  Right.PATH_UNLINK_FILE |
  Right.PATH_FILESTAT_GET |
  Right.PATH_FILESTAT_SET_TIMES |
  Right.FD_FILESTAT_GET |
  Right.FD_FILESTAT_SET_TIMES;

/** And of what is opened in it: libcs ask for no more than that. */
export const IN_PREOPENED: u64 =
  PREOPENED |
  Right.FD_DATASYNC |
  Right.FD_READ |
  Right.FD_SEEK |
  Right.FD_FDSTAT_SET_FLAGS |
  Right.FD_SYNC |
  Right.FD_TELL |
  Right.FD_WRITE |
  Right.FD_ADVISE |
  Right.FD_ALLOCATE |
  Right.FD_FILESTAT_SET_SIZE |
  Right.POLL_FD_READWRITE;

/** Of what was opened, by the host's descriptor-flags. */
export function rightsOf(fileType: FileType, reads: bool, writes: bool): u64 {
  let rights = ALL;
  if (fileType == FileType.DIRECTORY) {
    rights &= ~(Right.FD_SEEK | Right.FD_FILESTAT_SET_SIZE | Right.PATH_FILESTAT_SET_SIZE);
  }
  if (!reads) rights &= ~(Right.FD_READ | Right.FD_READDIR);
  if (!writes) rights &= ~Right.FD_WRITE;
  return rights;
}
