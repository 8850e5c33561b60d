// SPDX-License-Identifier: MIT
// Descriptors as functions of files want them. Each answers null for what it is not for, and `error` says why.

import { Descriptor, Kind } from '../descriptor';
import { Errno } from '../preview1';
import { lookUp } from '../table';
import { takePath } from './paths';

export let error: i32 = 0;

/** An open file: else BADF, ISDIR, or `ofStream` for sockets and standard streams. */
export function fileOf(fd: i32, ofStream: i32): Descriptor | null {
  const d = lookUp(fd);
  if (d != null && d.kind == Kind.FILE) return d;
  if (d == null) error = Errno.BADF;
  else error = d.kind == Kind.DIRECTORY || d.kind == Kind.DEVICES ? Errno.ISDIR : ofStream;
  return null;
}

/** An open file or directory of the host: else BADF, `ofDevices` for /dev, or `ofStream`. */
export function openedOf(fd: i32, ofStream: i32, ofDevices: i32): Descriptor | null {
  const d = lookUp(fd);
  if (d != null && (d.kind == Kind.FILE || d.kind == Kind.DIRECTORY)) return d;
  if (d == null) error = Errno.BADF;
  else error = d.kind == Kind.DEVICES ? ofDevices : ofStream;
  return null;
}

/** An open directory of the host: else BADF, `ofDevices` for /dev, or NOTDIR. */
export function directoryOf(fd: i32, ofDevices: i32): Descriptor | null {
  const d = lookUp(fd);
  if (d != null && d.kind == Kind.DIRECTORY) return d;
  if (d == null) error = Errno.BADF;
  else error = d.kind == Kind.DEVICES ? ofDevices : Errno.NOTDIR;
  return null;
}

/** The directory that a path is in, which is put into PATH: else what `directoryOf` or `takePath` say. */
export function pathIn(fd: i32, ofDevices: i32, path: usize, length: u32): Descriptor | null {
  const d = directoryOf(fd, ofDevices);
  if (d == null) return null;
  error = takePath(path, length);
  return error == Errno.SUCCESS ? d : null;
}
