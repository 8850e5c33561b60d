// SPDX-License-Identifier: MIT
// Open files: size, place, advice and what is still to go to the disk.

import * as guest from '../guest';
import { ANSWER, isInGuest } from '../memory';
import { Errno } from '../preview1';
import * as files from '../wasi/files';
import { PLAIN, status } from './errors';
import { error, fileOf, openedOf } from './lookup';
import { lastStatus, sizeOf } from './stat';

const LAST_ADVICE: u32 = 5;

enum Whence {
  SET = 0,
  CUR = 1,
  END = 2,
}

/** The ranges of a file end where a signed number does. */
function isRange(offset: u64, length: u64): bool {
  return <i64>offset >= 0 && <i64>length >= 0;
}

export function fd_advise(fd: i32, offset: u64, length: u64, advice: u32): i32 {
  const d = fileOf(fd, Errno.SPIPE);
  if (d == null) return error == Errno.ISDIR ? Errno.BADF : error;
  if (advice > LAST_ADVICE || !isRange(offset, length)) return Errno.INVAL;
  files.advise(d.handle, offset, length, advice, ANSWER);
  return status(PLAIN);
}

/** NOTSUP, as WASI has no such function. */
export function fd_allocate(fd: i32, offset: u64, length: u64): i32 {
  return fileOf(fd, Errno.NODEV) == null ? error : Errno.NOTSUP;
}

export function fd_datasync(fd: i32): i32 {
  const d = openedOf(fd, Errno.INVAL, Errno.SUCCESS);
  if (d == null) return error;
  files.syncData(d.handle, ANSWER);
  return status(PLAIN);
}

export function fd_sync(fd: i32): i32 {
  const d = openedOf(fd, Errno.INVAL, Errno.SUCCESS);
  if (d == null) return error;
  files.sync(d.handle, ANSWER);
  return status(PLAIN);
}

export function fd_filestat_set_size(fd: i32, size: u64): i32 {
  const d = fileOf(fd, Errno.INVAL);
  if (d == null) return error;
  if (!isRange(0, size)) return Errno.INVAL;
  files.setSize(d.handle, size, ANSWER);
  return status(PLAIN);
}

export function fd_seek(fd: i32, offset: i64, whence: u32, result: usize): i32 {
  const d = fileOf(fd, Errno.SPIPE);
  if (d == null) return error;
  if (!isInGuest(result, 8)) return Errno.FAULT;
  let from: i64 = 0;
  if (whence == Whence.CUR) from = d.offset;
  else if (whence == Whence.END) from = sizeOf(d);
  else if (whence != Whence.SET) return Errno.INVAL;
  if (from < 0) return lastStatus;
  // What is beyond the largest number is below 0 too.
  if (from + offset < 0) return Errno.INVAL;
  d.offset = from + offset;
  guest.store64(result, d.offset);
  return Errno.SUCCESS;
}

export function fd_tell(fd: i32, result: usize): i32 {
  const d = fileOf(fd, Errno.SPIPE);
  if (d == null) return error;
  if (!isInGuest(result, 8)) return Errno.FAULT;
  guest.store64(result, d.offset);
  return Errno.SUCCESS;
}
