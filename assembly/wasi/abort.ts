// SPDX-License-Identifier: MIT
// Where AssemblyScript's `abort` goes (assert, throw, index out of range): one line on standard error,
// then a trap, so that the host shows the stack. It allocates nothing: memory may be what is short.

import { Iovec } from './records';
import { fd_write } from './wasi_snapshot_preview1';

const LINE: usize = memory.data(512, 8);
const LIMIT: usize = 512 - 40; // room for the position behind message and file name
const IOVEC: usize = memory.data(8, 8);
const WRITTEN: usize = memory.data(8, 8);

function putAscii(at: usize, text: string | null): usize {
  if (text === null) return at;
  for (let i = 0; i < text.length && at - LINE < LIMIT; i++) {
    const code = text.charCodeAt(i);
    store<u8>(at++, <u8>(code < 128 ? code : 63)); // '?'
  }
  return at;
}

function putNumber(at: usize, value: u32): usize {
  let digits: usize = 1;
  for (let rest = value / 10; rest != 0; rest /= 10) digits++;
  for (let i = digits; i > 0; i--, value /= 10) store<u8>(at + i - 1, <u8>(48 + (value % 10)));
  return at + digits;
}

/** `FILE:LINE:COLUMN: abort: MESSAGE`; the signature is the one that asc calls. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  let at = putAscii(LINE, file);
  store<u8>(at++, 58); // ':'
  at = putNumber(at, line);
  store<u8>(at++, 58);
  at = putNumber(at, column);
  at = putAscii(at, ': abort: ');
  at = putAscii(at, message);
  store<u8>(at++, 10);
  const iovec = changetype<Iovec>(IOVEC);
  iovec.data = LINE;
  iovec.length = <u32>(at - LINE);
  fd_write(2, IOVEC, 1, WRITTEN);
  unreachable();
}
