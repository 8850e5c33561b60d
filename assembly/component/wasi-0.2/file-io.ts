// SPDX-License-Identifier: MIT
// Bytes of files over WASI 0.2, whose read and write are one call, straight from and to the guest's memory.

import { borrow, fillable, giveBack } from '../borrow';
import { Descriptor } from '../descriptor';
import { errnoOfFile, status, WORDS } from '../files/errors';
import * as guest from '../guest';
import { ANSWER, fromGuest, into, SCRATCH } from '../memory';
import { Errno } from '../preview1';
import * as files from '../wasi/files';
import * as streams from '../wasi/streams';

/** A host makes a buffer of the size that it is asked for; Wasmtime gives no more. */
export const LARGEST_READ: u32 = 65536;
export const LARGEST_WRITE: u32 = 1 << 20;
/** blocking-write-and-flush takes no more. */
const LARGEST_APPEND: u32 = 4096;

/** Reads at a place of the file: how many bytes, fewer where the file ends; below 0: an Errno. */
export function readAt(d: Descriptor, address: usize, length: u32, offset: u64): i32 {
  const size = fillable(address, length);
  const answer = borrow(address, size);
  into(address, size);
  files.readToGuest(d.handle, size, offset, answer);
  const isError = guest.load8(answer) != 0;
  const code = guest.load8(answer + 4);
  const count = guest.load32(answer + 8);
  giveBack();
  return isError ? -errnoOfFile(code) : <i32>count;
}

/** Writes at a place of the file: how many bytes; below 0: an Errno. */
export function writeAt(d: Descriptor, address: usize, length: u32, offset: u64): i32 {
  // The bytes are taken before the answer is written, so that it may overlap them.
  const answer = borrow(0, 0);
  files.writeFromGuest(d.handle, address, length, offset, answer);
  const isError = guest.load8(answer) != 0;
  const code = guest.load8(answer + 8);
  const count = guest.load32(answer + 8);
  giveBack();
  return isError ? -errnoOfFile(code) : <i32>count;
}

/** The Errno of a stream-error at `at`, whose handle is dropped. */
function takeFileError(at: usize): i32 {
  if (load<u8>(at) != 0) return Errno.IO; // The stream is closed, and nobody has said why.
  const error = load<i32>(at, 4);
  files.errorCodeOf(error, ANSWER);
  const errno = load<u8>(ANSWER) == 0 ? Errno.IO : errnoOfFile(load<u8>(ANSWER, 1));
  streams.dropError(error);
  return errno;
}

/** Writes at the end of the file, wherever others have put that: how many bytes; below 0: an Errno. */
export function append(d: Descriptor, address: usize, length: u32): i32 {
  // A stream of its own for each write, as Node's keeps the end of the file that it was made at.
  files.appendViaStream(d.handle, ANSWER);
  const failure = status(WORDS);
  if (failure != Errno.SUCCESS) return -failure;
  const stream = load<i32>(ANSWER, 4);
  let done: u32 = 0;
  let error: i32 = Errno.SUCCESS;
  while (done < length && error == Errno.SUCCESS) {
    const piece = min<u32>(length - done, LARGEST_APPEND);
    fromGuest(SCRATCH, address + done, piece);
    streams.say(stream, SCRATCH, piece, ANSWER);
    if (load<u8>(ANSWER) != 0) error = takeFileError(ANSWER + 4);
    else done += piece;
  }
  streams.dropOutput(stream);
  return done == 0 ? -error : <i32>done;
}
