// SPDX-License-Identifier: MIT
// Streams of directory entries.

import { Descriptor } from '../descriptor';
import { status, WORDS } from '../files/errors';
import { ANSWER, intoHeap, intoUsual } from '../memory';
import { Errno } from '../preview1';
import * as files from '../wasi/files';

/** Opens a stream of a directory's entries, which becomes its `input`. */
export function openEntries(d: Descriptor): i32 {
  files.readDirectory(d.handle, ANSWER);
  const failure = status(WORDS);
  if (failure == Errno.SUCCESS) d.input = load<i32>(ANSWER, 4);
  return failure;
}

/** Reads the next entry into the descriptor: NOENT behind the last one. */
export function fetchEntry(d: Descriptor): i32 {
  intoHeap();
  files.readEntry(d.input, ANSWER);
  intoUsual();
  const failure = status(WORDS);
  if (failure != Errno.SUCCESS) return failure;
  if (load<u8>(ANSWER, 4) == 0) return Errno.NOENT;
  d.aheadFrom = load<u8>(ANSWER, 8);
  d.ahead = load<usize>(ANSWER, 12);
  d.aheadCount = load<i32>(ANSWER, 16);
  return Errno.SUCCESS;
}

export function closeEntries(d: Descriptor): void {
  files.dropEntries(d.input);
}
