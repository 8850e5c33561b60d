// SPDX-License-Identifier: MIT
// What is made, moved and removed by its path, and links. The host keeps every path beneath its directory.

import * as guest from '../guest';
import { ANSWER, give, intoHeap, intoUsual, isInGuest, toGuest } from '../memory';
import { Errno } from '../preview1';
import * as files from '../wasi/files';
import { PLAIN, status, WORDS } from './errors';
import { directoryOf, error, pathIn } from './lookup';
import { PATH, pathLength, SECOND, secondLength, takePath, takeSecond } from './paths';
import { FOLLOW } from './stat';

export function path_create_directory(fd: i32, path: usize, length: u32): i32 {
  const d = pathIn(fd, Errno.ROFS, path, length);
  if (d == null) return error;
  files.createDirectoryAt(d.handle, PATH, pathLength, ANSWER);
  return status(PLAIN);
}

export function path_remove_directory(fd: i32, path: usize, length: u32): i32 {
  const d = pathIn(fd, Errno.ROFS, path, length);
  if (d == null) return error;
  files.removeDirectoryAt(d.handle, PATH, pathLength, ANSWER);
  return status(PLAIN);
}

export function path_unlink_file(fd: i32, path: usize, length: u32): i32 {
  const d = pathIn(fd, Errno.ROFS, path, length);
  if (d == null) return error;
  files.unlinkFileAt(d.handle, PATH, pathLength, ANSWER);
  return status(PLAIN);
}

export function path_symlink(
  target: usize,
  targetLength: u32,
  fd: i32,
  path: usize,
  length: u32,
): i32 {
  const d = directoryOf(fd, Errno.ROFS);
  if (d == null) return error;
  let taken = takePath(target, targetLength);
  if (taken == Errno.SUCCESS) taken = takeSecond(path, length);
  if (taken != Errno.SUCCESS) return taken;
  files.symlinkAt(d.handle, PATH, pathLength, SECOND, secondLength, ANSWER);
  return status(PLAIN);
}

export function path_link(
  fd: i32,
  lookup: u32,
  path: usize,
  length: u32,
  newFd: i32,
  newPath: usize,
  newLength: u32,
): i32 {
  const d = directoryOf(fd, Errno.ROFS);
  if (d == null) return error;
  const to = directoryOf(newFd, Errno.ROFS);
  if (to == null) return error;
  if ((lookup & ~FOLLOW) != 0) return Errno.INVAL;
  let taken = takePath(path, length);
  if (taken == Errno.SUCCESS) taken = takeSecond(newPath, newLength);
  if (taken != Errno.SUCCESS) return taken;
  files.linkAt(d.handle, lookup, PATH, pathLength, to.handle, SECOND, secondLength, ANSWER);
  return status(PLAIN);
}

export function path_rename(
  fd: i32,
  path: usize,
  length: u32,
  newFd: i32,
  newPath: usize,
  newLength: u32,
): i32 {
  const d = directoryOf(fd, Errno.ROFS);
  if (d == null) return error;
  const to = directoryOf(newFd, Errno.ROFS);
  if (to == null) return error;
  let taken = takePath(path, length);
  if (taken == Errno.SUCCESS) taken = takeSecond(newPath, newLength);
  if (taken != Errno.SUCCESS) return taken;
  files.renameAt(d.handle, PATH, pathLength, to.handle, SECOND, secondLength, ANSWER);
  return status(PLAIN);
}

/** Gives the guest what a link says, as readlink(2): what does not fit is cut off. */
export function tellLink(from: usize, length: u32, to: usize, room: u32, used: usize): i32 {
  const count = min<u32>(length, room);
  if (!isInGuest(to, count) || !isInGuest(used, 4)) return Errno.FAULT;
  toGuest(to, from, count);
  guest.store32(used, count);
  return Errno.SUCCESS;
}

/** path_readlink, but for /dev. */
export function readLink(
  fd: i32,
  path: usize,
  length: u32,
  to: usize,
  room: u32,
  used: usize,
): i32 {
  const d = pathIn(fd, Errno.NOENT, path, length);
  if (d == null) return error;
  intoHeap();
  files.readlinkAt(d.handle, PATH, pathLength, ANSWER);
  intoUsual();
  const failure = status(WORDS);
  if (failure != Errno.SUCCESS) return failure;
  const link = load<usize>(ANSWER, 4);
  const size = load<u32>(ANSWER, 8);
  const told = tellLink(link, size, to, room, used);
  if (size > 0) give(link, size);
  return told;
}
