// SPDX-License-Identifier: MIT
// Metadata: fd_filestat_get, path_filestat_get, and their setters of times.

import { Descriptor, Kind } from '../descriptor';
import * as guest from '../guest';
import { ANSWER, isInGuest } from '../memory';
import { Errno, FileType } from '../preview1';
import { lookUp } from '../table';
import * as files from '../wasi/files';
import { fileTypeAt, LONGS, PLAIN, status } from './errors';
import { directoryOf, error, openedOf } from './lookup';
import { PATH, pathLength, takePath } from './paths';

export const FOLLOW: u32 = 1;

/** Of preview 1's filestat: dev u64, ino u64 at 8, type u8 at 16, nlink u64 at 24, size at 32, three times from 40. */
const FILESTAT: usize = 64;
/** The host tells no device; one number for all is what Wasmtime has. */
const DEVICE: u64 = 1;

/** Of the result of a stat; a time is option<datetime>, 24 bytes. */
const TYPE: usize = 8;
const LINKS: usize = WASI == 2 ? 16 : 24;
const SIZE: usize = LINKS + 8;
const ACCESSED: usize = LINKS + 16;
const MODIFIED: usize = ACCESSED + 24;
const CHANGED: usize = MODIFIED + 24;

const SECOND: u64 = 1_000_000_000;

/** Nanoseconds of an option<datetime>, 0 for none. Preview 1 knows none before 1970, or after 2554. */
function timeAt(at: usize): u64 {
  if (load<u8>(at) == 0) return 0;
  const seconds = load<u64>(at, 8);
  if (WASI == 3 && <i64>seconds < 0) return 0;
  if (seconds >= u64.MAX_VALUE / SECOND) return u64.MAX_VALUE;
  return seconds * SECOND + load<u32>(at, 16);
}

/** Writes the filestat of the stat that is in ANSWER. */
function tell(to: usize, ino: u64): void {
  guest.store64(to, DEVICE);
  guest.store64(to + 8, ino);
  guest.store64(to + 16, fileTypeAt(ANSWER + TYPE));
  guest.store64(to + 24, load<u64>(ANSWER + LINKS));
  guest.store64(to + 32, load<u64>(ANSWER + SIZE));
  guest.store64(to + 40, timeAt(ANSWER + ACCESSED));
  guest.store64(to + 48, timeAt(ANSWER + MODIFIED));
  guest.store64(to + 56, timeAt(ANSWER + CHANGED));
}

/** Of what is no file: all zero, but its type and the one link to it. */
function tellStream(to: usize, fileType: FileType): void {
  for (let i: usize = 0; i < FILESTAT; i += 8) guest.store64(to + i, 0);
  guest.store64(to + 16, fileType);
  guest.store64(to + 24, 1);
}

/** The size of an open file; -1: `lastStatus` is why there is none. */
export function sizeOf(d: Descriptor): i64 {
  files.stat(d.handle, ANSWER);
  lastStatus = status(LONGS);
  if (lastStatus != Errno.SUCCESS) return -1;
  fileTypeAt(ANSWER + TYPE);
  return load<i64>(ANSWER + SIZE);
}

export let lastStatus: i32 = 0;

export function fd_filestat_get(fd: i32, result: usize): i32 {
  const d = lookUp(fd);
  if (d == null) return Errno.BADF;
  if (!isInGuest(result, FILESTAT)) return Errno.FAULT;
  if (d.kind != Kind.FILE && d.kind != Kind.DIRECTORY) {
    tellStream(result, d.fileType);
    return Errno.SUCCESS;
  }
  files.metadataHash(d.handle, ANSWER);
  if (status(LONGS) != Errno.SUCCESS) return status(LONGS);
  const ino = load<u64>(ANSWER, 8);
  files.stat(d.handle, ANSWER);
  if (status(LONGS) != Errno.SUCCESS) return status(LONGS);
  tell(result, ino);
  return Errno.SUCCESS;
}

export function path_filestat_get(
  fd: i32,
  lookup: u32,
  path: usize,
  length: u32,
  result: usize,
): i32 {
  const d = directoryOf(fd, Errno.NOENT);
  if (d == null) return error;
  if ((lookup & ~FOLLOW) != 0) return Errno.INVAL;
  if (!isInGuest(result, FILESTAT)) return Errno.FAULT;
  const taken = takePath(path, length);
  if (taken != Errno.SUCCESS) return taken;
  files.metadataHashAt(d.handle, lookup, PATH, pathLength, ANSWER);
  if (status(LONGS) != Errno.SUCCESS) return status(LONGS);
  const ino = load<u64>(ANSWER, 8);
  files.statAt(d.handle, lookup, PATH, pathLength, ANSWER);
  if (status(LONGS) != Errno.SUCCESS) return status(LONGS);
  tell(result, ino);
  return Errno.SUCCESS;
}

/** Flags of the setters: two for each time. */
const GIVEN: u32 = 1;
const NOW: u32 = 2;
const BOTH: u32 = 3;
const MODIFIED_SHIFT: u32 = 2;

/** The tag of a new-timestamp. */
function tagOf(flags: u32): i32 {
  return (flags & NOW) != 0 ? 1 : (flags & GIVEN) != 0 ? 2 : 0;
}

/** INVAL where a time is both given and now, or a flag unknown. */
function checkTimes(flags: u32): i32 {
  const isBad = flags > 15 || (flags & BOTH) == BOTH || flags >> MODIFIED_SHIFT == BOTH;
  return isBad ? Errno.INVAL : Errno.SUCCESS;
}

export function fd_filestat_set_times(fd: i32, accessed: u64, modified: u64, flags: u32): i32 {
  const d = openedOf(fd, Errno.NOTSUP, Errno.ROFS);
  if (d == null) return error;
  if (checkTimes(flags) != Errno.SUCCESS) return Errno.INVAL;
  files.setTimes(
    d.handle,
    tagOf(flags),
    accessed / SECOND,
    <i32>(accessed % SECOND),
    tagOf(flags >> MODIFIED_SHIFT),
    modified / SECOND,
    <i32>(modified % SECOND),
    ANSWER,
  );
  return status(PLAIN);
}

export function path_filestat_set_times(
  fd: i32,
  lookup: u32,
  path: usize,
  length: u32,
  accessed: u64,
  modified: u64,
  flags: u32,
): i32 {
  const d = directoryOf(fd, Errno.ROFS);
  if (d == null) return error;
  if ((lookup & ~FOLLOW) != 0 || checkTimes(flags) != Errno.SUCCESS) return Errno.INVAL;
  const taken = takePath(path, length);
  if (taken != Errno.SUCCESS) return taken;
  files.setTimesAt(
    d.handle,
    lookup,
    PATH,
    pathLength,
    tagOf(flags),
    accessed / SECOND,
    <i32>(accessed % SECOND),
    tagOf(flags >> MODIFIED_SHIFT),
    modified / SECOND,
    <i32>(modified % SECOND),
    ANSWER,
  );
  return status(PLAIN);
}
