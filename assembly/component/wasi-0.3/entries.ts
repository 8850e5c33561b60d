// SPDX-License-Identifier: MIT
// Streams of directory entries.

import { Descriptor } from '../descriptor';
import { giveOther, OTHER_TYPE } from '../files/errors';
import { ANSWER } from '../memory';
import { Errno } from '../preview1';
import * as files from '../wasi/files';
import * as streams from '../wasi/streams';
import { outcomeOf } from './file-io';
import { codeOf } from './waiting';

/** Opens a stream of a directory's entries, which becomes its `input`. Whether it can be read is told at its end. */
export function openEntries(d: Descriptor): i32 {
  files.readDirectory(d.handle, ANSWER);
  d.input = load<i32>(ANSWER);
  d.inputResult = load<i32>(ANSWER, 4);
  return Errno.SUCCESS;
}

/** Reads the next entry into the descriptor: NOENT behind the last one. */
export function fetchEntry(d: Descriptor): i32 {
  while (d.inputResult != 0) {
    const code = codeOf(files.readEntries(d.input, ANSWER, 1), d.input);
    if (code >>> 4 > 0) {
      // descriptor-type, a variant of 16 bytes, and the name behind it.
      d.aheadFrom = load<u8>(ANSWER);
      d.ahead = load<usize>(ANSWER, 16);
      d.aheadCount = load<i32>(ANSWER, 20);
      giveOther(ANSWER, OTHER_TYPE);
      return Errno.SUCCESS;
    }
    if ((code & 15) == streams.GONE) {
      const error = outcomeOf(d.inputResult);
      d.inputResult = 0;
      if (error != Errno.SUCCESS) return error;
    }
  }
  return Errno.NOENT;
}

export function closeEntries(d: Descriptor): void {
  files.dropEntries(d.input);
  if (d.inputResult != 0) files.dropResult(d.inputResult);
  d.inputResult = 0;
}
