// SPDX-License-Identifier: MIT
// path_open beneath the host's directories, and the end of what was opened.

import { Descriptor, Kind } from '../descriptor';
import * as guest from '../guest';
import { ANSWER, isInGuest } from '../memory';
import { Errno, FdFlags, FileType } from '../preview1';
import { create, destroy, insert } from '../table';
import * as files from '../wasi/files';
import { endEntries } from './entries';
import { fileTypeAt, PLAIN, status, WORDS } from './errors';
import { PATH, pathLength, takePath } from './paths';
import { READ, rightsOf, WRITE } from './rights';
import { FOLLOW } from './stat';

/** oflags have the bits of open-flags. */
export const OFLAGS_ALL: u32 = 15;
export const FDFLAGS_ALL: u32 = 31;

/** Bits of descriptor-flags. */
const READS: i32 = 1;
const WRITES: i32 = 2;
const FILE_SYNC: i32 = 4;
const DATA_SYNC: i32 = 8;
const READ_SYNC: i32 = 16;

function descriptorFlagsOf(rights: u64, fdflags: u32): i32 {
  return (
    ((rights & READ) != 0 ? READS : 0) |
    ((rights & WRITE) != 0 ? WRITES : 0) |
    ((fdflags & FdFlags.SYNC) != 0 ? FILE_SYNC : 0) |
    ((fdflags & FdFlags.DSYNC) != 0 ? DATA_SYNC : 0) |
    ((fdflags & FdFlags.RSYNC) != 0 ? READ_SYNC : 0)
  );
}

/** Gives what the host has opened a number, which it writes at `result`. */
function adopt(handle: i32, fdflags: u32, result: usize): i32 {
  let fileType = FileType.UNKNOWN;
  files.getType(handle, ANSWER);
  let failure = status(PLAIN);
  if (failure == Errno.SUCCESS) {
    fileType = fileTypeAt(ANSWER + PLAIN);
    files.getFlags(handle, ANSWER);
    failure = status(PLAIN);
  }
  if (failure != Errno.SUCCESS) {
    files.dropDescriptor(handle);
    return failure;
  }
  const flags = load<u8>(ANSWER + PLAIN);
  const made = create(fileType == FileType.DIRECTORY ? Kind.DIRECTORY : Kind.FILE);
  made.fileType = fileType;
  made.handle = handle;
  made.flags = <u16>fdflags;
  made.rights = rightsOf(fileType, (flags & READS) != 0, (flags & WRITES) != 0);
  made.inheriting = made.rights;
  guest.store32(result, insert(made));
  return Errno.SUCCESS;
}

/** Opens what the guest names in a directory of the host. */
export function openIn(
  d: Descriptor,
  lookup: u32,
  path: usize,
  length: u32,
  oflags: u32,
  rights: u64,
  fdflags: u32,
  result: usize,
): i32 {
  if ((lookup & ~FOLLOW) != 0 || oflags > OFLAGS_ALL || fdflags > FDFLAGS_ALL) return Errno.INVAL;
  if (!isInGuest(result, 4)) return Errno.FAULT;
  const taken = takePath(path, length);
  if (taken != Errno.SUCCESS) return taken;
  const flags = descriptorFlagsOf(rights, fdflags);
  files.openAt(d.handle, lookup, PATH, pathLength, oflags, flags, ANSWER);
  const failure = status(WORDS);
  if (failure != Errno.SUCCESS) return failure;
  return adopt(load<i32>(ANSWER, 4), fdflags, result);
}

/** Ends a file, a directory or /dev, which has no number any more. */
export function closeFile(d: Descriptor): void {
  endEntries(d);
  if (d.handle != 0) files.dropDescriptor(d.handle);
  destroy(d);
}
