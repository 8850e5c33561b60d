// SPDX-License-Identifier: MIT
// The standard streams, which are opened when the guest uses them first.

import { Descriptor } from '../descriptor';
import * as streams from '../wasi/streams';
import { codeOf } from './waiting';

/** The number of stderr, which an output's `handle` is. */
export const STDERR: i32 = 2;

/** Makes a descriptor stdin, stdout or stderr: 0, 1 or 2. */
export function openStandard(d: Descriptor, number: i32): void {
  d.handle = number;
}

/** Writes to stderr; what goes wrong with that nobody can be told. */
export function complain(from: usize, length: usize): void {
  const ends = streams.open();
  const output = <i32>(ends >>> 32);
  streams.writeStandardError(<i32>ends);
  while (length > 0) {
    const code = codeOf(streams.writeAsync(output, from, <i32>length), output);
    if ((code & 15) == streams.GONE) return;
    from += code >>> 4;
    length -= code >>> 4;
  }
}
