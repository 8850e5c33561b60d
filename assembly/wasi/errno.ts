// SPDX-License-Identifier: MIT
// The errnos that network programs meet, by the names and numbers of the witx.

export namespace Errno {
  export const SUCCESS: i32 = 0;
  export const AGAIN: i32 = 6;
  export const BADF: i32 = 8;
  export const CONNABORTED: i32 = 13;
  export const CONNRESET: i32 = 15;
  export const INTR: i32 = 27;
  export const INVAL: i32 = 28;
  export const IO: i32 = 29;
  export const MFILE: i32 = 33;
  export const NFILE: i32 = 41;
  export const NOBUFS: i32 = 42;
  export const NOMEM: i32 = 48;
  export const NOTCONN: i32 = 53;
  export const PIPE: i32 = 64;
  export const PROTO: i32 = 65;
  export const TIMEDOUT: i32 = 73;
}

/** The name of an errno, or its number as text for one that network programs do not meet. */
export function errnoName(errno: i32): string {
  switch (errno) {
    case Errno.SUCCESS:
      return 'SUCCESS';
    case Errno.AGAIN:
      return 'AGAIN';
    case Errno.BADF:
      return 'BADF';
    case Errno.CONNABORTED:
      return 'CONNABORTED';
    case Errno.CONNRESET:
      return 'CONNRESET';
    case Errno.INTR:
      return 'INTR';
    case Errno.INVAL:
      return 'INVAL';
    case Errno.IO:
      return 'IO';
    case Errno.MFILE:
      return 'MFILE';
    case Errno.NFILE:
      return 'NFILE';
    case Errno.NOBUFS:
      return 'NOBUFS';
    case Errno.NOMEM:
      return 'NOMEM';
    case Errno.NOTCONN:
      return 'NOTCONN';
    case Errno.PIPE:
      return 'PIPE';
    case Errno.PROTO:
      return 'PROTO';
    case Errno.TIMEDOUT:
      return 'TIMEDOUT';
    default:
      return 'errno ' + errno.toString();
  }
}
