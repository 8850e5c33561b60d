// SPDX-License-Identifier: MIT
// Bytes of files over WASI 0.3: streams, straight from and to the guest's memory. Each call has one of its own, as a host
// may read ahead, and others write meanwhile.

import { Descriptor } from '../descriptor';
import { PLAIN, status } from '../files/errors';
import { ANSWER } from '../memory';
import { Errno } from '../preview1';
import * as files from '../wasi/files';
import * as streams from '../wasi/streams';
import { codeOf } from './waiting';

export const LARGEST_READ: u32 = 1 << 20;
export const LARGEST_WRITE: u32 = 1 << 20;

/** The Errno with which a transfer has ended, whose future is dropped. */
export function outcomeOf(future: i32): i32 {
  codeOf(files.readResult(future, ANSWER), future);
  files.dropResult(future);
  return status(PLAIN);
}

/** Reads at a place of the file: how many bytes, fewer where the file ends; below 0: an Errno. */
export function readAt(d: Descriptor, address: usize, length: u32, offset: u64): i32 {
  files.readViaStream(d.handle, offset, ANSWER);
  const stream = load<i32>(ANSWER);
  const future = load<i32>(ANSWER, 4);
  let done: u32 = 0;
  let isOver = false;
  while (done < length && !isOver) {
    const code = codeOf(streams.readToGuestAsync(stream, address + done, length - done), stream);
    done += code >>> 4;
    isOver = (code & 15) == streams.GONE;
  }
  streams.dropReadable(stream);
  if (done > 0 || !isOver) {
    files.dropResult(future);
    return <i32>done;
  }
  return -outcomeOf(future);
}

/** Writes to a stream that the host takes from: how many bytes; below 0: an Errno. */
function pour(stream: i32, future: i32, address: usize, length: u32): i32 {
  let done: u32 = 0;
  let isOver = false;
  while (done < length && !isOver) {
    const code = codeOf(streams.writeFromGuestAsync(stream, address + done, length - done), stream);
    done += code >>> 4;
    isOver = (code & 15) == streams.GONE;
  }
  streams.dropWritable(stream);
  const error = outcomeOf(future);
  if (done > 0) return <i32>done;
  return error == Errno.SUCCESS ? -Errno.IO : -error;
}

/** Writes at a place of the file: how many bytes; below 0: an Errno. */
export function writeAt(d: Descriptor, address: usize, length: u32, offset: u64): i32 {
  const ends = streams.open();
  const future = files.writeViaStream(d.handle, <i32>ends, offset);
  return pour(<i32>(ends >>> 32), future, address, length);
}

/** Writes at the end of the file, wherever others have put that: how many bytes; below 0: an Errno. */
export function append(d: Descriptor, address: usize, length: u32): i32 {
  const ends = streams.open();
  const future = files.appendStream(d.handle, <i32>ends);
  return pour(<i32>(ends >>> 32), future, address, length);
}
