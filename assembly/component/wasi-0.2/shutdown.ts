// SPDX-License-Identifier: MIT
// Ends one direction of a connection, or both.

import { Descriptor } from '../descriptor';
import { ANSWER } from '../memory';
import { Errno } from '../preview1';
import * as sockets from '../wasi/sockets';
import { errnoOfSocket } from './errors';

/** One of them at least; an Errno. */
export function shutdown(d: Descriptor, reading: bool, writing: bool): i32 {
  sockets.shutdown(d.handle, (<i32>reading | ((<i32>writing) << 1)) - 1, ANSWER);
  if (load<u8>(ANSWER) != 0) return errnoOfSocket(load<u8>(ANSWER, 1));
  if (reading) d.readShut = true;
  if (writing) d.writeShut = true;
  return Errno.SUCCESS;
}
