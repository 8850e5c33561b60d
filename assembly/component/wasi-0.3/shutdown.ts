// SPDX-License-Identifier: MIT
// Ends one direction of a connection, or both.

import { Descriptor } from '../descriptor';
import { Errno } from '../preview1';
import { dropInput, openInput } from './input';
import { shutOutput } from './output';
import { list } from './waiting';

/** One of them at least; an Errno. */
export function shutdown(d: Descriptor, reading: bool, writing: bool): i32 {
  if (reading && !d.readShut) {
    if (d.input == 0 && !d.ended) openInput(d);
    dropInput(d);
    d.readShut = true;
  }
  if (writing && !d.writeShut) {
    shutOutput(d);
    d.writeShut = true;
  }
  list(d);
  return Errno.SUCCESS;
}
