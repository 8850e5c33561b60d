// SPDX-License-Identifier: MIT
// What the guests say, and checks that end the guest with one line on stderr. Nothing here allocates.

import {
  AGAIN,
  BADF,
  CONNABORTED,
  CONNRESET,
  FAULT,
  INVAL,
  IO,
  ISDIR,
  NOMEM,
  NOTCAPABLE,
  NOTCONN,
  NOTDIR,
  NOTSOCK,
  NOTSUP,
  OVERFLOW,
  PERM,
  PIPE,
  SPIPE,
  SUCCESS,
} from './numbers';
import { fd_write, proc_exit } from './wasi_snapshot_preview1';

const line: usize = memory.data(1024, 16);
const lineIovec: usize = memory.data(16, 16);
let lineLength: i32 = 0;

export function append(text: string): void {
  const length = min(text.length, (1000 - lineLength) / 3);
  lineLength += <i32>String.UTF8.encodeUnsafe(changetype<usize>(text), length, line + lineLength);
}

export function appendNumber(value: u64): void {
  if (value >= 10) appendNumber(value / 10);
  store<u8>(line + lineLength++, <u8>(0x30 + (value % 10)));
}

export function appendErrno(errno: i32): void {
  if (errno === SUCCESS) append('SUCCESS');
  else if (errno === AGAIN) append('AGAIN');
  else if (errno === BADF) append('BADF');
  else if (errno === CONNABORTED) append('CONNABORTED');
  else if (errno === CONNRESET) append('CONNRESET');
  else if (errno === FAULT) append('FAULT');
  else if (errno === INVAL) append('INVAL');
  else if (errno === IO) append('IO');
  else if (errno === ISDIR) append('ISDIR');
  else if (errno === NOMEM) append('NOMEM');
  else if (errno === NOTCONN) append('NOTCONN');
  else if (errno === NOTDIR) append('NOTDIR');
  else if (errno === NOTSOCK) append('NOTSOCK');
  else if (errno === NOTSUP) append('NOTSUP');
  else if (errno === OVERFLOW) append('OVERFLOW');
  else if (errno === PERM) append('PERM');
  else if (errno === PIPE) append('PIPE');
  else if (errno === SPIPE) append('SPIPE');
  else if (errno === NOTCAPABLE) append('NOTCAPABLE');
  else {
    append('errno ');
    appendNumber(errno);
  }
}

function writeLine(fd: i32): void {
  store<u8>(line + lineLength++, 0x0a);
  store<u32>(lineIovec, <u32>line);
  store<u32>(lineIovec + 4, <u32>lineLength);
  fd_write(fd, lineIovec, 1, lineIovec + 8);
  lineLength = 0;
}

/** A line on stdout: the runner's script waits for some of them (`guest says …`). */
export function say(text: string): void {
  append(text);
  writeLine(1);
}

export function end(): void {
  writeLine(2);
  proc_exit(1);
  unreachable();
}

/** Ends the guest: what it saw is not what must happen. */
export function fail(text: string): void {
  append('failed: ');
  append(text);
  end();
}

/** A call's errno must be `want`. */
export function errno(call: string, got: i32, want: i32): void {
  if (got === want) return;
  append('failed: ');
  append(call);
  append(' answered ');
  appendErrno(got);
  append(', not ');
  appendErrno(want);
  end();
}

/** A call must succeed. */
export function ok(call: string, got: i32): void {
  errno(call, got, SUCCESS);
}

/** A call's errno must be one of two. */
export function either(call: string, got: i32, one: i32, other: i32): void {
  if (got !== one && got !== other) errno(call, got, one);
}

/** A call must not succeed; which errno it answers is left open. */
export function refused(call: string, got: i32): void {
  if (got !== SUCCESS) return;
  append('failed: ');
  append(call);
  append(' succeeded');
  end();
}

/** A pointer out of bounds: FAULT, or what hosts say in its place, but no success. */
export function outOfBounds(call: string, got: i32): void {
  if (got === FAULT || got === INVAL || got === OVERFLOW || got === NOMEM) return;
  errno(call, got, FAULT);
}

export function equal(what: string, got: u64, want: u64): void {
  if (got === want) return;
  append('failed: ');
  append(what);
  append(' is ');
  appendNumber(got);
  append(', not ');
  appendNumber(want);
  end();
}

export function atLeast(what: string, got: u64, least: u64): void {
  if (got >= least) return;
  append('failed: ');
  append(what);
  append(' is ');
  appendNumber(got);
  append(', less than ');
  appendNumber(least);
  end();
}
