// SPDX-License-Identifier: MIT
// Errors of WASI 0.2 as those of preview 1. A socket's has a code; a stream's has a text alone, in which Wasmtime and
// jco put what the operating system said.

import { ANSWER, intoScratch } from '../memory';
import { Errno } from '../preview1';
import { startsWith } from '../text';
import * as streams from '../wasi/streams';

/** Of wasi:sockets' error-code. */
export const UNKNOWN: u8 = 0;
export const WOULD_BLOCK: u8 = 8;

/** By wasi:sockets/network.error-code, in its order. */
const OF_SOCKETS = memory.data<i32>([
  Errno.IO, // unknown
  Errno.ACCES,
  Errno.NOTSUP,
  Errno.INVAL,
  Errno.NOMEM,
  Errno.TIMEDOUT,
  Errno.ALREADY, // concurrency-conflict
  Errno.INVAL, // not-in-progress
  Errno.AGAIN, // would-block
  Errno.NOTCONN, // invalid-state
  Errno.MFILE, // new-socket-limit
  Errno.ADDRNOTAVAIL,
  Errno.ADDRINUSE,
  Errno.HOSTUNREACH,
  Errno.CONNREFUSED,
  Errno.CONNRESET,
  Errno.CONNABORTED,
  Errno.MSGSIZE,
  Errno.HOSTUNREACH, // name-unresolvable
  Errno.AGAIN, // temporary-resolver-failure
  Errno.HOSTUNREACH, // permanent-resolver-failure
]);
const SOCKET_CODES: u8 = 21;

/** The Errno of an error-code of wasi:sockets. */
export function errnoOfSocket(code: u8): i32 {
  return code < SOCKET_CODES ? load<i32>(OF_SOCKETS + ((<usize>code) << 2)) : Errno.IO;
}

/** Numbers of Linux, which `os error N` in the text of a stream's error is. */
function errnoOfLinux(number: i32): i32 {
  switch (number) {
    case 5:
      return Errno.IO;
    case 28:
      return Errno.NOSPC;
    case 32:
      return Errno.PIPE;
    case 101:
      return Errno.NETUNREACH;
    case 103:
      return Errno.CONNABORTED;
    case 110:
      return Errno.TIMEDOUT;
    case 111:
      return Errno.CONNREFUSED;
    case 113:
      return Errno.HOSTUNREACH;
    default:
      return Errno.CONNRESET;
  }
}

/** The Errno of a stream-error at `at`, whose handle is dropped: PIPE where the stream is closed. */
export function takeStreamError(at: usize): i32 {
  if (load<u8>(at) != 0) return Errno.PIPE;
  const error = load<i32>(at, 4);
  intoScratch();
  streams.errorText(error, ANSWER);
  const text = load<usize>(ANSWER);
  const length = load<i32>(ANSWER, 4);
  streams.dropError(error);
  for (let i = 0; i < length; i++) {
    if (!startsWith(text + i, length - i, 'os error ')) continue;
    let number = 0;
    for (let j = i + 9; j < length; j++) {
      const digit = <i32>load<u8>(text + j) - 48;
      if (digit < 0 || digit > 9) break;
      number = number * 10 + digit;
    }
    return errnoOfLinux(number);
  }
  return Errno.CONNRESET;
}
