// SPDX-License-Identifier: MIT
// The entries of a directory over WASI 0.2: a stream that the descriptor keeps between calls, so that who reads a
// directory piece by piece sees each entry once, whatever is removed meanwhile.

import { Descriptor } from '../descriptor';
import { status, WORDS } from '../files/errors';
import { ANSWER, give, intoScratch, take } from '../memory';
import { Errno } from '../preview1';
import * as files from '../wasi/files';

/** The entry that was read last: its descriptor-type, and its name, which stays until the next call of the host. */
export let entryType: u32 = 0;
export let entryName: usize = 0;
export let entryLength: i32 = 0;

/** Ends the reading of a directory. */
export function endEntries(d: Descriptor): void {
  if (d.ahead != 0) give(d.ahead, d.aheadCount);
  d.ahead = 0;
  if (d.input != 0) files.dropEntries(d.input);
  d.input = 0;
}

/** Reads the next entry: NOENT behind the last one. */
export function readEntry(d: Descriptor): i32 {
  if (d.ahead != 0) {
    entryType = d.aheadFrom;
    entryName = d.ahead;
    entryLength = d.aheadCount;
    return Errno.SUCCESS;
  }
  intoScratch();
  files.readEntry(d.input, ANSWER);
  const failure = status(WORDS);
  if (failure != Errno.SUCCESS) return failure;
  if (load<u8>(ANSWER, 4) == 0) return Errno.NOENT;
  entryType = load<u8>(ANSWER, 8);
  entryName = load<usize>(ANSWER, 12);
  entryLength = load<i32>(ANSWER, 16);
  return Errno.SUCCESS;
}

/** The entry that was read last is to be read again. */
export function keepEntry(d: Descriptor): void {
  if (d.ahead != 0) return;
  d.ahead = take(entryLength);
  memory.copy(d.ahead, entryName, entryLength);
  d.aheadFrom = entryType;
  d.aheadCount = entryLength;
}

/** The entry that was read last is done with. */
export function passEntry(d: Descriptor): void {
  if (d.ahead != 0) give(d.ahead, d.aheadCount);
  d.ahead = 0;
  d.offset++;
}

/** Goes on at the entry of a number, of which `first` is the host's first one. */
export function seekEntries(d: Descriptor, first: u64, at: u64): i32 {
  if (d.input != 0 && d.offset == at) return Errno.SUCCESS;
  endEntries(d);
  files.readDirectory(d.handle, ANSWER);
  const failure = status(WORDS);
  if (failure != Errno.SUCCESS) return failure;
  d.input = load<i32>(ANSWER, 4);
  for (d.offset = first; d.offset < at; ) {
    const error = readEntry(d);
    if (error == Errno.NOENT) return Errno.SUCCESS;
    if (error != Errno.SUCCESS) return error;
    passEntry(d);
  }
  return Errno.SUCCESS;
}
