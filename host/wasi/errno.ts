// SPDX-License-Identifier: MIT
// The errnos of preview 1, in the order of wasi_snapshot_preview1.witx: a name's place is its number.

/** Name and meaning, by number. */
export const ERRNOS = [
  ['SUCCESS', 'no error'],
  ['2BIG', 'argument list too long'],
  ['ACCES', 'permission denied'],
  ['ADDRINUSE', 'address in use'],
  ['ADDRNOTAVAIL', 'address not available'],
  ['AFNOSUPPORT', 'address family not supported'],
  ['AGAIN', 'would block, try again'],
  ['ALREADY', 'connection already in progress'],
  ['BADF', 'bad file descriptor'],
  ['BADMSG', 'bad message'],
  ['BUSY', 'device or resource busy'],
  ['CANCELED', 'operation canceled'],
  ['CHILD', 'no child processes'],
  ['CONNABORTED', 'connection aborted'],
  ['CONNREFUSED', 'connection refused'],
  ['CONNRESET', 'connection reset by the peer'],
  ['DEADLK', 'resource deadlock would occur'],
  ['DESTADDRREQ', 'destination address required'],
  ['DOM', "argument out of the function's domain"],
  ['DQUOT', 'quota exceeded'],
  ['EXIST', 'file exists'],
  ['FAULT', 'pointer out of bounds'],
  ['FBIG', 'file too large'],
  ['HOSTUNREACH', 'host is unreachable'],
  ['IDRM', 'identifier removed'],
  ['ILSEQ', 'illegal byte sequence'],
  ['INPROGRESS', 'operation in progress'],
  ['INTR', 'interrupted'],
  ['INVAL', 'invalid argument'],
  ['IO', 'input or output error'],
  ['ISCONN', 'socket is connected'],
  ['ISDIR', 'is a directory'],
  ['LOOP', 'too many levels of symbolic links'],
  ['MFILE', 'too many open descriptors'],
  ['MLINK', 'too many links'],
  ['MSGSIZE', 'message too large'],
  ['MULTIHOP', 'multihop attempted'],
  ['NAMETOOLONG', 'name too long'],
  ['NETDOWN', 'network is down'],
  ['NETRESET', 'connection aborted by the network'],
  ['NETUNREACH', 'network unreachable'],
  ['NFILE', 'too many files open in the system'],
  ['NOBUFS', 'no buffer space'],
  ['NODEV', 'no such device'],
  ['NOENT', 'no such file or directory'],
  ['NOEXEC', 'not an executable'],
  ['NOLCK', 'no locks available'],
  ['NOLINK', 'link has been severed'],
  ['NOMEM', 'not enough memory'],
  ['NOMSG', 'no message of that type'],
  ['NOPROTOOPT', 'protocol option not available'],
  ['NOSPC', 'no space left'],
  ['NOSYS', 'function not supported'],
  ['NOTCONN', 'socket is not connected'],
  ['NOTDIR', 'not a directory'],
  ['NOTEMPTY', 'directory not empty'],
  ['NOTRECOVERABLE', 'state not recoverable'],
  ['NOTSOCK', 'not a socket'],
  ['NOTSUP', 'not supported'],
  ['NOTTY', 'inappropriate control operation'],
  ['NXIO', 'no such device or address'],
  ['OVERFLOW', 'value too large'],
  ['OWNERDEAD', 'previous owner died'],
  ['PERM', 'operation not permitted'],
  ['PIPE', 'broken pipe'],
  ['PROTO', 'protocol error'],
  ['PROTONOSUPPORT', 'protocol not supported'],
  ['PROTOTYPE', 'wrong protocol type for the socket'],
  ['RANGE', 'result too large'],
  ['ROFS', 'read-only file system'],
  ['SPIPE', 'not seekable'],
  ['SRCH', 'no such process'],
  ['STALE', 'stale file handle'],
  ['TIMEDOUT', 'timed out'],
  ['TXTBSY', 'text file busy'],
  ['XDEV', 'cross-device link'],
  ['NOTCAPABLE', 'capabilities insufficient'],
] as const;

/** A name as the witx has it: `AGAIN`, `2BIG`. */
export type ErrnoName = (typeof ERRNOS)[number][0];

/** Numbers by name: `Errno.AGAIN` is 6. */
export const Errno = Object.fromEntries(ERRNOS.map(([name], number) => [name, number])) as Readonly<
  Record<ErrnoName, number>
>;

/** The name of a number, or `errno N` for one that the witx does not have. */
export function errnoName(errno: number): string {
  return ERRNOS[errno]?.[0] ?? `errno ${errno}`;
}
