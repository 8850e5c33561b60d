// SPDX-License-Identifier: MIT
// Files over WASI 0.3, which are not here yet: no directory is given to the guest but /dev.

import { Descriptor } from '../descriptor';
import { addDevices } from '../files/preopens';
import { Errno } from '../preview1';
import { destroy, lookUp } from '../table';

export function addDirectories(hasDevices: bool): void {
  if (hasDevices) addDevices();
}

export function readFile(d: Descriptor, iovs: usize, count: i32, nread: usize): i32 {
  return Errno.ISDIR;
}

export function writeFile(d: Descriptor, iovs: usize, count: i32, nwritten: usize): i32 {
  return Errno.ISDIR;
}

export function closeFile(d: Descriptor): void {
  destroy(d);
}

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
  return Errno.NOTSUP;
}

export function readLink(
  fd: i32,
  path: usize,
  length: u32,
  to: usize,
  room: u32,
  used: usize,
): i32 {
  return lookUp(fd) == null ? Errno.BADF : Errno.NOTSUP;
}

export function sizeOf(d: Descriptor): i64 {
  return 0;
}
