// SPDX-License-Identifier: MIT
// The standard streams.

import { Descriptor } from '../descriptor';
import { ANSWER } from '../memory';
import * as streams from '../wasi/streams';

/** blocking-write-and-flush takes no more. */
const LARGEST: usize = 4096;

/** Gives a descriptor the host's handle of stdin, stdout or stderr: 0, 1 or 2. */
export function openStandard(d: Descriptor, number: i32): void {
  if (number == 0) d.input = streams.standardInput();
  else d.output = number == 1 ? streams.standardOutput() : streams.standardError();
}

/** Writes to stderr; what goes wrong with that nobody can be told. */
export function complain(from: usize, length: usize): void {
  const error = streams.standardError();
  const end = from + length;
  for (; from < end; from += LARGEST) {
    streams.say(error, from, <i32>min<usize>(end - from, LARGEST), ANSWER);
  }
}
