// SPDX-License-Identifier: MIT
// The listeners of LISTEN: opened before the guest starts, as Wasmtime did for -S tcplisten up to 46. What is wrong
// with an entry ends the program, with status 1 and a line on stderr as
// `LISTEN: cannot use '127.0.0.1:80': access denied; run it with -S inherit-network`.

import { Address, readAddress } from './address';
import { Kind } from './descriptor';
import { findSetting, foundAt, foundLength, tellListeners } from './environment';
import { open } from './host/listener';
import { complain } from './host/standard';
import { take } from './memory';
import { Errno, FdFlags, FileType } from './preview1';
import { create, insert } from './table';
import { indexOf, put, putBytes, putNumber } from './text';
import * as cli from './wasi/cli';

const COMMA = 0x2c;

/** In place of an Errno where an entry has not the form of one. */
export const NO_FORM = -1;

/** In words; with the remedy where there is one. */
function putReason(to: usize, errno: i32): usize {
  switch (errno) {
    case NO_FORM:
      return put(to, 'write [NAME=]HOST:PORT, [NAME=][V6]:PORT or [NAME=]:PORT');
    case Errno.ACCES:
      return put(
        to,
        'access denied; with Wasmtime, run it with -S inherit-network, and where the host is a name with -S allow-ip-name-lookup',
      );
    case Errno.NOTSUP:
      return put(to, 'not supported');
    case Errno.INVAL:
      return put(to, 'invalid argument');
    case Errno.MFILE:
      return put(to, 'no more sockets');
    case Errno.ADDRNOTAVAIL:
      return put(to, 'this machine has no such address');
    case Errno.ADDRINUSE:
      return put(to, 'the address is in use');
    case Errno.HOSTUNREACH:
      return put(to, 'the name has no address');
    case Errno.AGAIN:
      return put(to, 'the name cannot be resolved now');
    default:
      return putNumber(put(to, 'error of WASI preview 1 number '), errno);
  }
}

/** Tells what is wrong with an entry of a setting, and ends. */
export function refuse(setting: string, entry: usize, length: i32, errno: i32): void {
  const line = take(length + 256);
  let to = putBytes(put(put(line, setting), ": cannot use '"), entry, length);
  to = put(putReason(put(to, "': "), errno), '\n');
  complain(line, to - line);
  cli.exitWithCode(1);
  unreachable();
}

/** Opens all listeners, and tells the guest of them; how many. */
export function openListeners(): i32 {
  if (!findSetting('LISTEN') || foundLength == 0) return 0;
  let at = foundAt;
  let left = foundLength;
  const address = changetype<Address>(take(offsetof<Address>()));
  const names = take(left + left * 8);
  let to = names;
  let count = 0;
  for (;;) {
    const comma = indexOf(at, left, COMMA);
    const length = comma < 0 ? left : comma;
    const made = create(Kind.LISTENER);
    const errno = readAddress(address, at, length, false) ? open(made, address) : NO_FORM;
    if (errno != Errno.SUCCESS) refuse('LISTEN', at, length, errno);
    made.fileType = FileType.SOCKET_STREAM;
    made.flags = <u16>FdFlags.NONBLOCK;
    insert(made);
    if (count++ > 0) to = put(to, ':');
    to =
      address.nameLength > 0 ? putBytes(to, address.name, address.nameLength) : put(to, 'unknown');
    if (comma < 0) break;
    at += length + 1;
    left -= length + 1;
  }
  tellListeners(count, names, <i32>(to - names));
  return count;
}
