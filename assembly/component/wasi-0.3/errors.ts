// SPDX-License-Identifier: MIT
// Errors of WASI 0.3 as those of preview 1.

import { give } from '../memory';
import { Errno } from '../preview1';

/** By wasi:sockets/types.error-code, in its order. */
const OF_SOCKETS = memory.data<i32>([
  Errno.ACCES,
  Errno.NOTSUP,
  Errno.INVAL,
  Errno.NOMEM,
  Errno.TIMEDOUT,
  Errno.NOTCONN, // invalid-state
  Errno.ADDRNOTAVAIL,
  Errno.ADDRINUSE,
  Errno.HOSTUNREACH,
  Errno.CONNREFUSED,
  Errno.PIPE, // connection-broken
  Errno.CONNRESET,
  Errno.CONNABORTED,
  Errno.MSGSIZE,
]);
const SOCKET_OTHER: u8 = 14;

/** By wasi:sockets/ip-name-lookup.error-code. */
const OF_LOOKUPS = memory.data<i32>([
  Errno.ACCES,
  Errno.INVAL,
  Errno.HOSTUNREACH, // name-unresolvable
  Errno.AGAIN, // temporary-resolver-failure
  Errno.HOSTUNREACH, // permanent-resolver-failure
]);
const LOOKUP_OTHER: u8 = 5;

/** By wasi:cli/types.error-code. */
const OF_STREAMS = memory.data<i32>([Errno.IO, Errno.ILSEQ, Errno.PIPE]);

/** IO for the case `other`, whose text nobody reads. */
function other(at: usize): i32 {
  if (load<u8>(at, 4) != 0 && load<u32>(at, 12) != 0) give(load<usize>(at, 8), load<u32>(at, 12));
  return Errno.IO;
}

/** The Errno of wasi:sockets' error-code at `at`. */
export function errnoOfSocket(at: usize): i32 {
  const code = load<u8>(at);
  return code < SOCKET_OTHER ? load<i32>(OF_SOCKETS + ((<usize>code) << 2)) : other(at);
}

/** The same of a lookup. */
export function errnoOfLookup(at: usize): i32 {
  const code = load<u8>(at);
  return code < LOOKUP_OTHER ? load<i32>(OF_LOOKUPS + ((<usize>code) << 2)) : other(at);
}

/** The same of a standard stream. */
export function errnoOfStream(at: usize): i32 {
  return load<i32>(OF_STREAMS + ((<usize>min<u8>(load<u8>(at), 2)) << 2));
}
