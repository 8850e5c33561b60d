// SPDX-License-Identifier: MIT
// How a guest ends when it cannot go on: one line on stderr, then a trap, so that the host shows
// the stack. Nothing here allocates: the heap may be what is broken.

import { Iovec } from './records';
import { fd_write } from './wasi_snapshot_preview1';

const STDERR: i32 = 2;
const LINE_SIZE: usize = 1024;
/** What UTF-8 takes at most for one UTF-16 unit. */
const BYTES_PER_UNIT: i32 = 3;

const line = memory.data(1024, 8);
const iovec = changetype<Iovec>(memory.data(8, 8));
const written = memory.data(4, 4);
let lineLength: usize = 0;

/**
 * Takes the place of AssemblyScript's own abort (asc's option `use`), which is an import that no
 * WASI host has. It is called for `throw`, a failed `assert`, and an index out of range.
 */
export function abort(
  message: string | null = null,
  fileName: string | null = null,
  lineNumber: u32 = 0,
  columnNumber: u32 = 0,
): void {
  append('abort: ');
  append(message === null ? 'no message' : message);
  if (fileName !== null) {
    append(' at ');
    append(fileName);
    append(':');
    appendNumber(lineNumber);
    append(':');
    appendNumber(columnNumber);
  }
  writeLineAndTrap();
}

/** Ends the guest with a message for the person who runs it, where a source position says nothing. */
export function fatal(message: string): void {
  append('pollux: ');
  append(message);
  writeLineAndTrap();
}

/** Cuts off what does not fit. */
function append(text: string): void {
  const room = <i32>(LINE_SIZE - 1 - lineLength) / BYTES_PER_UNIT;
  const length = min(text.length, room);
  lineLength += String.UTF8.encodeUnsafe(changetype<usize>(text), length, line + lineLength);
}

function appendNumber(value: u32): void {
  if (value >= 10) appendNumber(value / 10);
  if (lineLength >= LINE_SIZE - 1) return;
  store<u8>(line + lineLength, <u8>(0x30 + (value % 10)));
  lineLength++;
}

function writeLineAndTrap(): void {
  store<u8>(line + lineLength, 0x0a);
  iovec.pointer = line;
  iovec.length = <u32>lineLength + 1;
  fd_write(STDERR, changetype<usize>(iovec), 1, written);
  unreachable();
}
