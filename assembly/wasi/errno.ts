// SPDX-License-Identifier: MIT
// The errors of preview 1: constants for those that a server acts on, names for all.

/** Errno values that programs compare with. Functions of the SDK answer them negated. */
export enum Errno {
  SUCCESS = 0,
  AGAIN = 6,
  BADF = 8,
  CONNABORTED = 13,
  CONNREFUSED = 14,
  CONNRESET = 15,
  HOSTUNREACH = 23,
  INTR = 27,
  INVAL = 28,
  MFILE = 33,
  NFILE = 41,
  NOBUFS = 42,
  NOENT = 44,
  NOMEM = 48,
  NOSYS = 52,
  NOTCONN = 53,
  NOTSOCK = 57,
  NOTSUP = 58,
  PIPE = 64,
  TIMEDOUT = 73,
  NOTCAPABLE = 76,
}

/** The names of the witx, in their order, each at its number. */
const NAMES =
  'SUCCESS 2BIG ACCES ADDRINUSE ADDRNOTAVAIL AFNOSUPPORT AGAIN ALREADY BADF BADMSG BUSY CANCELED ' +
  'CHILD CONNABORTED CONNREFUSED CONNRESET DEADLK DESTADDRREQ DOM DQUOT EXIST FAULT FBIG ' +
  'HOSTUNREACH IDRM ILSEQ INPROGRESS INTR INVAL IO ISCONN ISDIR LOOP MFILE MLINK MSGSIZE MULTIHOP ' +
  'NAMETOOLONG NETDOWN NETRESET NETUNREACH NFILE NOBUFS NODEV NOENT NOEXEC NOLCK NOLINK NOMEM ' +
  'NOMSG NOPROTOOPT NOSPC NOSYS NOTCONN NOTDIR NOTEMPTY NOTRECOVERABLE NOTSOCK NOTSUP NOTTY NXIO ' +
  'OVERFLOW OWNERDEAD PERM PIPE PROTO PROTONOSUPPORT PROTOTYPE RANGE ROFS SPIPE SRCH STALE ' +
  'TIMEDOUT TXTBSY XDEV NOTCAPABLE';

/** The name of `errno`, as `CONNRESET`, or `errno 99` for a number that the witx does not have. */
export function errnoName(errno: i32): string {
  const names = NAMES.split(' ');
  return errno >= 0 && errno < names.length ? names[errno] : `errno ${errno}`;
}
