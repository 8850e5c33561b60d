// SPDX-License-Identifier: MIT
// random_get, in pieces, as the host makes a list of all bytes that it is asked for.

import { ANSWER, intoScratch, intoUsual, isInGuest, toGuest } from './memory';
import { Errno } from './preview1';
import * as cli from './wasi/cli';

const PIECE: u32 = 4096;

export function random_get(buffer: usize, length: u32): i32 {
  if (!isInGuest(buffer, length)) return Errno.FAULT;
  while (length > 0) {
    const piece = min<u32>(length, PIECE);
    intoScratch();
    cli.randomBytes(piece, ANSWER);
    intoUsual();
    toGuest(buffer, load<usize>(ANSWER), piece);
    buffer += piece;
    length -= piece;
  }
  return Errno.SUCCESS;
}
