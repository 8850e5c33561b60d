// SPDX-License-Identifier: MIT
// Reading and writing open files: fd_pread, fd_pwrite, and fd_read and fd_write where the descriptor is a file.

import { Descriptor } from '../descriptor';
import * as guest from '../guest';
import { append, LARGEST_READ, LARGEST_WRITE, readAt, writeAt } from '../host/file-io';
import { isInGuest } from '../memory';
import { Errno, FdFlags } from '../preview1';
import { error, fileOf } from './lookup';
import { READ, WRITE } from './rights';
import { lastStatus, sizeOf } from './stat';

/** Where the first bytes of the memory are the buffer, its end is kept free for the host's answer. */
const LARGEST_AT_START: u32 = 32768;

/** Bytes of the last transfer. */
let moved: u32 = 0;

enum Way {
  READ,
  WRITE,
  APPEND,
}

/** One call of the host: bytes, or an Errno below 0. */
function move(d: Descriptor, way: Way, address: usize, length: u32, offset: u64): i32 {
  if (way == Way.READ) return readAt(d, address, length, offset);
  if (way == Way.WRITE) return writeAt(d, address, length, offset);
  return append(d, address, length);
}

function largestOf(way: Way, address: usize): u32 {
  if (way != Way.READ) return LARGEST_WRITE;
  return address < 16 ? LARGEST_AT_START : LARGEST_READ;
}

/**
 * Fills or empties the guest's buffers, as far as the file goes. What comes before an error is a success, and the next
 * call tells the error.
 */
function transfer(d: Descriptor, way: Way, iovs: usize, count: u32, offset: u64): i32 {
  moved = 0;
  if (!isInGuest(iovs, (<u64>count) << 3)) return Errno.FAULT;
  if ((d.rights & (way == Way.READ ? READ : WRITE)) == 0) return Errno.BADF;
  for (let i: u32 = 0; i < count; i++) {
    let address = <usize>guest.load32(iovs + ((<usize>i) << 3));
    let length = guest.load32(iovs + ((<usize>i) << 3) + 4);
    if (!isInGuest(address, length)) return moved > 0 ? Errno.SUCCESS : Errno.FAULT;
    // The same bytes may stand in many buffers, and the sum is a number of 32 bits.
    if (<u64>moved + length > <u64>i32.MAX_VALUE) length = <u32>i32.MAX_VALUE - moved;
    while (length > 0) {
      const piece = min<u32>(length, largestOf(way, address));
      const got = move(d, way, address, piece, offset + moved);
      if (got < 0) return moved > 0 ? Errno.SUCCESS : -got;
      moved += got;
      address += got;
      length -= got;
      if (<u32>got < piece) return Errno.SUCCESS;
    }
  }
  return Errno.SUCCESS;
}

/** fd_read of a file. */
export function readFile(d: Descriptor, iovs: usize, count: u32, nread: usize): i32 {
  if (!isInGuest(nread, 4)) return Errno.FAULT;
  const status = transfer(d, Way.READ, iovs, count, d.offset);
  if (status != Errno.SUCCESS) return status;
  d.offset += moved;
  guest.store32(nread, moved);
  return Errno.SUCCESS;
}

function wayOf(d: Descriptor): Way {
  return (d.flags & FdFlags.APPEND) != 0 ? Way.APPEND : Way.WRITE;
}

/** fd_write of a file. */
export function writeFile(d: Descriptor, iovs: usize, count: u32, nwritten: usize): i32 {
  if (!isInGuest(nwritten, 4)) return Errno.FAULT;
  const way = wayOf(d);
  const status = transfer(d, way, iovs, count, d.offset);
  if (status != Errno.SUCCESS) return status;
  if (way == Way.WRITE) d.offset += moved;
  else if (moved > 0) {
    const end = sizeOf(d);
    if (end < 0) return lastStatus;
    d.offset = end;
  }
  guest.store32(nwritten, moved);
  return Errno.SUCCESS;
}

export function fd_pread(fd: i32, iovs: usize, count: u32, offset: u64, nread: usize): i32 {
  const d = fileOf(fd, Errno.SPIPE);
  if (d == null) return error;
  if (<i64>offset < 0) return Errno.INVAL;
  if (!isInGuest(nread, 4)) return Errno.FAULT;
  const status = transfer(d, Way.READ, iovs, count, offset);
  if (status == Errno.SUCCESS) guest.store32(nread, moved);
  return status;
}

/** As on Linux, what is open with APPEND is written at its end, whatever the offset. */
export function fd_pwrite(fd: i32, iovs: usize, count: u32, offset: u64, nwritten: usize): i32 {
  const d = fileOf(fd, Errno.SPIPE);
  if (d == null) return error;
  if (<i64>offset < 0) return Errno.INVAL;
  if (!isInGuest(nwritten, 4)) return Errno.FAULT;
  const status = transfer(d, wayOf(d), iovs, count, offset);
  if (status == Errno.SUCCESS) guest.store32(nwritten, moved);
  return status;
}
