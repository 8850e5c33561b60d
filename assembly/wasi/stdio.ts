// SPDX-License-Identifier: MIT
// Text to standard output, standard error and files. For logs: a line is written whole or, where
// the descriptor would block, its rest is dropped; a server does not stop for its log.

import { Errno } from './errno';
import { write } from './socket';

function writeAll(fd: i32, from: usize, length: i32): void {
  while (length > 0) {
    const n = write(fd, from, length);
    if (n == -Errno.INTR) continue;
    if (n <= 0) return;
    from += n;
    length -= n;
  }
}

/** Writes `text` in UTF-8 and a line feed. */
export function writeLine(fd: i32, text: string): void {
  const utf8 = String.UTF8.encode(text + '\n');
  writeAll(fd, changetype<usize>(utf8), utf8.byteLength);
}

/** A line on standard output. */
export function log(text: string): void {
  writeLine(1, text);
}

/** A line on standard error. */
export function logError(text: string): void {
  writeLine(2, text);
}

/** Ends the guest by a trap, after a line on standard error that names the culprit and the remedy. */
export function fail(text: string): void {
  logError('pollux: ' + text);
  unreachable();
}
