// SPDX-License-Identifier: MIT
// The directories that the host gives, and the virtual /dev: fd_prestat_get and fd_prestat_dir_name.

import { Descriptor, Kind } from '../descriptor';
import * as guest from '../guest';
import { ANSWER, intoHeap, intoUsual, isInGuest, take, toGuest } from '../memory';
import { Errno, FileType } from '../preview1';
import { create, insert, lookUp } from '../table';
import { isText, put } from '../text';
import * as files from '../wasi/files';
import * as rights from './rights';

const DIRECTORY_TAG: u32 = 0;
/** For sockets, which a scan has to get past: any but that of directories. */
const OTHER_TAG: u32 = 1;

const OPEN_DIRECTORY = 2;
const READS = 1;

/** jco's preopens have no metadata and no entries; what is opened by them has. */
function reopened(handle: i32, scratch: usize): i32 {
  put(scratch, '.');
  files.openAt(handle, 0, scratch, 1, OPEN_DIRECTORY, READS, ANSWER);
  if (load<u8>(ANSWER) != 0) return handle;
  const opened = load<i32>(ANSWER, 4);
  files.dropDescriptor(handle);
  return opened;
}

/** Gives the guest the host's directories in the host's order, and /dev behind them if there is to be one. */
export function addDirectories(hasDevices: bool): void {
  intoHeap();
  files.directories(ANSWER);
  intoUsual();
  const list = load<usize>(ANSWER);
  const count = load<i32>(ANSWER, 4);
  const scratch = take(1);
  for (let i = 0; i < count; i++) {
    const entry = list + <usize>i * 12;
    const made = create(Kind.DIRECTORY);
    made.fileType = FileType.DIRECTORY;
    made.handle = reopened(load<i32>(entry), scratch);
    made.name = load<usize>(entry, 4);
    made.nameLength = load<i32>(entry, 8);
    made.rights = rights.PREOPENED;
    made.inheriting = rights.IN_PREOPENED;
    insert(made);
    // One of the host's takes the place of the virtual one.
    if (isText(made.name, made.nameLength, '/dev')) hasDevices = false;
  }
  if (!hasDevices) return;
  const devices = create(Kind.DEVICES);
  devices.fileType = FileType.DIRECTORY;
  devices.name = take(4);
  put(devices.name, '/dev');
  devices.nameLength = 4;
  devices.rights = rights.DEVICES;
  devices.inheriting = rights.CONNECTION;
  insert(devices);
}

/** True for what was given, not opened. */
function isGiven(d: Descriptor): bool {
  return (d.kind == Kind.DIRECTORY || d.kind == Kind.DEVICES) && d.nameLength > 0;
}

/** BADF, which ends the scan of wasi-libc, Go and Rust for directories, is for no descriptor that is open. */
export function fd_prestat_get(fd: i32, result: usize): i32 {
  const d = lookUp(fd);
  if (d == null) return Errno.BADF;
  const isSocket = d.kind == Kind.LISTENER || d.kind == Kind.CONNECTION;
  if (!isSocket && !isGiven(d)) return Errno.INVAL;
  if (!isInGuest(result, 8)) return Errno.FAULT;
  guest.store32(result, isSocket ? OTHER_TAG : DIRECTORY_TAG);
  guest.store32(result + 4, isSocket ? 0 : d.nameLength);
  return Errno.SUCCESS;
}

export function fd_prestat_dir_name(fd: i32, to: usize, room: u32): i32 {
  const d = lookUp(fd);
  if (d == null) return Errno.BADF;
  if (d.kind == Kind.LISTENER || d.kind == Kind.CONNECTION) return Errno.NOTDIR;
  if (!isGiven(d)) return Errno.INVAL;
  if (room < <u32>d.nameLength) return Errno.NAMETOOLONG;
  if (!isInGuest(to, d.nameLength)) return Errno.FAULT;
  toGuest(to, d.name, d.nameLength);
  return Errno.SUCCESS;
}
