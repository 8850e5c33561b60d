// SPDX-License-Identifier: MIT
// fd_readdir. The cookie of an entry is its number: `.` is 0, `..` is 1, and those of the host follow.

import { Descriptor } from '../descriptor';
import * as guest from '../guest';
import { ANSWER, isInGuest, toGuest } from '../memory';
import { Errno, FileType } from '../preview1';
import * as files from '../wasi/files';
import { endEntries, passEntry, readEntry, seekEntries } from './entries';
import { fileTypeOf, LONGS, status } from './errors';
import { directoryOf, error } from './lookup';

/** Of preview 1: next u64, ino u64 at 8, name length u32 at 16, type u8 at 20; the name follows. */
const DIRENT: u32 = 24;
const DOTS: u64 = 2;

/** `.` and `..`, and a dirent that is being made. */
const dots = memory.data<u8>([0x2e, 0x2e]);
const dirent = memory.data(DIRENT, 8);

/** What is left of the guest's buffer. */
let to: usize = 0;
let left: u32 = 0;

function putBytes(from: usize, length: u32): void {
  const count = min<u32>(length, left);
  toGuest(to, from, count);
  to += count;
  left -= count;
}

/** Writes an entry, cut off where the buffer ends; true where all of it has gone there. */
function put(cookie: u64, ino: u64, fileType: FileType, name: usize, length: u32): bool {
  store<u64>(dirent, cookie + 1);
  store<u64>(dirent, ino, 8);
  store<u32>(dirent, length, 16);
  store<u32>(dirent, fileType, 20);
  const isWhole = <u64>DIRENT + length <= left;
  putBytes(dirent, DIRENT);
  putBytes(name, length);
  return isWhole;
}

/** The ino of the result of a metadata-hash; 0 where there is none, as the entry may be gone by now. */
function ino(): u64 {
  return status(LONGS) == Errno.SUCCESS ? load<u64>(ANSWER, 8) : 0;
}

/** Writes the host's entries from a number on. */
function putEntries(d: Descriptor, cookie: u64): i32 {
  const failure = seekEntries(d, DOTS, cookie);
  if (failure != Errno.SUCCESS) return failure;
  while (left > 0) {
    const status = readEntry(d);
    if (status == Errno.NOENT) {
      endEntries(d);
      return Errno.SUCCESS;
    }
    if (status != Errno.SUCCESS) return status;
    files.metadataHashAt(d.handle, 0, d.ahead, d.aheadCount, ANSWER);
    // What is cut off is read once more by the next call.
    if (put(d.offset, ino(), fileTypeOf(d.aheadFrom), d.ahead, d.aheadCount)) passEntry(d);
  }
  return Errno.SUCCESS;
}

export function fd_readdir(fd: i32, buffer: usize, length: u32, cookie: u64, used: usize): i32 {
  const d = directoryOf(fd, Errno.NOTSUP);
  if (d == null) return error;
  if (!isInGuest(buffer, length) || !isInGuest(used, 4)) return Errno.FAULT;
  to = buffer;
  left = length;
  if (cookie < DOTS) {
    files.metadataHash(d.handle, ANSWER);
    const own = ino();
    // What lies above was not given, so not its number either.
    for (; cookie < DOTS && left > 0; cookie++) {
      put(cookie, own, FileType.DIRECTORY, dots, <u32>cookie + 1);
    }
  }
  if (left > 0) {
    const failure = putEntries(d, cookie);
    if (failure != Errno.SUCCESS) return failure;
  }
  guest.store32(used, length - left);
  return Errno.SUCCESS;
}
