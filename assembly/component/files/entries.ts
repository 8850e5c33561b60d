// SPDX-License-Identifier: MIT
// The entries of a directory, from a stream of the host that the descriptor keeps between calls. So who reads a directory
// piece by piece sees each entry once, whatever is removed meanwhile. An entry that was read stands in the descriptor, as
// `aheadFrom`, its descriptor-type, and as `aheadCount` bytes of name at `ahead`, until it is passed.

import { Descriptor } from '../descriptor';
import { closeEntries, fetchEntry, openEntries } from '../host/entries';
import { give } from '../memory';
import { Errno } from '../preview1';

/** Reads the next entry: NOENT behind the last one. */
export function readEntry(d: Descriptor): i32 {
  return d.ahead != 0 ? Errno.SUCCESS : fetchEntry(d);
}

function forgetEntry(d: Descriptor): void {
  if (d.ahead != 0) give(d.ahead, d.aheadCount);
  d.ahead = 0;
}

/** The entry that was read is done with. */
export function passEntry(d: Descriptor): void {
  forgetEntry(d);
  d.offset++;
}

/** Ends the reading of a directory. */
export function endEntries(d: Descriptor): void {
  forgetEntry(d);
  if (d.input != 0) closeEntries(d);
  d.input = 0;
}

/** Goes on at the entry of a number, of which `first` is the host's first one. */
export function seekEntries(d: Descriptor, first: u64, at: u64): i32 {
  if (d.input != 0 && d.offset == at) return Errno.SUCCESS;
  endEntries(d);
  const failure = openEntries(d);
  if (failure != Errno.SUCCESS) return failure;
  for (d.offset = first; d.offset < at; ) {
    const error = readEntry(d);
    if (error == Errno.NOENT) return Errno.SUCCESS;
    if (error != Errno.SUCCESS) return error;
    passEntry(d);
  }
  return Errno.SUCCESS;
}
