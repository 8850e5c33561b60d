// SPDX-License-Identifier: MIT
// Errors of wasi:filesystem as those of preview 1, and its types of files.

import { ANSWER, give } from '../memory';
import { Errno, FileType } from '../preview1';

/** By wasi:filesystem/types.error-code of WASI 0.2, in its order; 0.3 has no would-block. */
const OF_FILES = memory.data<i32>([
  Errno.ACCES,
  Errno.AGAIN,
  Errno.ALREADY,
  Errno.BADF,
  Errno.BUSY,
  Errno.DEADLK,
  Errno.DQUOT,
  Errno.EXIST,
  Errno.FBIG,
  Errno.ILSEQ,
  Errno.INPROGRESS,
  Errno.INTR,
  Errno.INVAL,
  Errno.IO,
  Errno.ISDIR,
  Errno.LOOP,
  Errno.MLINK,
  Errno.MSGSIZE,
  Errno.NAMETOOLONG,
  Errno.NODEV,
  Errno.NOENT,
  Errno.NOLCK,
  Errno.NOMEM,
  Errno.NOSPC,
  Errno.NOTDIR,
  Errno.NOTEMPTY,
  Errno.NOTRECOVERABLE,
  Errno.NOTSUP,
  Errno.NOTTY,
  Errno.NXIO,
  Errno.OVERFLOW,
  Errno.PERM,
  Errno.PIPE,
  Errno.ROFS,
  Errno.SPIPE,
  Errno.TXTBSY,
  Errno.XDEV,
]);
const CODES: u32 = 37;

/** The Errno of an error-code. */
export function errnoOfFile(code: u32): i32 {
  if (WASI == 3 && code > 0) code++;
  return code < CODES ? load<i32>(OF_FILES + ((<usize>code) << 2)) : Errno.IO;
}

/** The case of variants of WASI 0.3 in which the host tells in words what no other case says. */
export const OTHER_TYPE: u8 = 7;
const OTHER_ERROR: u8 = 36;

/** Gives back the words of a variant at `at`, where its case is that one. */
export function giveOther(at: usize, other: u8): void {
  if (load<u8>(at) != other || load<u8>(at, 4) == 0 || load<u32>(at, 12) == 0) return;
  give(load<usize>(at, 8), load<u32>(at, 12));
}

/** Where a result has its error-code, or its value: behind the tag, as the larger of both is aligned. */
export const PLAIN: usize = WASI == 2 ? 1 : 4;
export const WORDS: usize = 4;
export const LONGS: usize = 8;

/** The Errno of the result in ANSWER, whose error-code is at `offset`. */
export function status(offset: usize): i32 {
  if (load<u8>(ANSWER) == 0) return Errno.SUCCESS;
  if (WASI == 3) giveOther(ANSWER + offset, OTHER_ERROR);
  return errnoOfFile(load<u8>(ANSWER + offset));
}

/** By wasi:filesystem/types.descriptor-type of WASI 0.2, in its order; 0.3 has unknown, as other, at the end. */
const TYPES = memory.data<i32>([
  FileType.UNKNOWN,
  FileType.BLOCK_DEVICE,
  FileType.CHARACTER_DEVICE,
  FileType.DIRECTORY,
  FileType.UNKNOWN, // A FIFO, for which preview 1 has no type.
  FileType.SYMBOLIC_LINK,
  FileType.REGULAR_FILE,
  FileType.SOCKET_STREAM,
]);

/** The FileType of a descriptor-type. */
export function fileTypeOf(type: u32): FileType {
  return <FileType>load<i32>(TYPES + ((<usize>(WASI == 3 ? type + 1 : type) & 7) << 2));
}

/** The same of one that a function of the host has put at `at`. */
export function fileTypeAt(at: usize): FileType {
  if (WASI == 3) giveOther(at, OTHER_TYPE);
  return fileTypeOf(load<u8>(at));
}
