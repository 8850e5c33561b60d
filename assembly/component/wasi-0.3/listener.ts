// SPDX-License-Identifier: MIT
// Opens a listener. A name is resolved, and waited for, as the guest has not started yet.

import { Address, setHost } from '../address';
import { Descriptor } from '../descriptor';
import { ANSWER, give } from '../memory';
import { Errno } from '../preview1';
import * as sockets from '../wasi/sockets';
import { errnoOfLookup, errnoOfSocket } from './errors';

const BACKLOG: u64 = 4096;
/** Bytes of an ip-address. */
const ADDRESS: u32 = 18;

/** Resolves a name to its first address. */
function resolve(address: Address): i32 {
  sockets.resolve(address.host, address.hostLength, ANSWER);
  if (load<u8>(ANSWER) != 0) return errnoOfLookup(ANSWER + 4);
  const list = load<usize>(ANSWER, 4);
  const count = load<u32>(ANSWER, 8);
  if (count == 0) return Errno.HOSTUNREACH;
  setHost(address, list);
  give(list, count * ADDRESS);
  return Errno.SUCCESS;
}

/** Makes a descriptor a listener at an address; an Errno. */
export function open(d: Descriptor, a: Address): i32 {
  if (a.isName) {
    const errno = resolve(a);
    if (errno != Errno.SUCCESS) return errno;
  }
  sockets.createSocket(a.family, ANSWER);
  if (load<u8>(ANSWER) != 0) return errnoOfSocket(ANSWER + 4);
  const socket = load<i32>(ANSWER, 4);
  d.handle = socket;
  // biome-ignore format: the eleven flat values of an address
  sockets.bind(socket, a.family,
    a.w0, a.w1, a.w2, a.w3, a.w4, a.w5, a.w6, a.w7, a.w8, a.w9, a.w10, ANSWER);
  if (load<u8>(ANSWER) != 0) return errnoOfSocket(ANSWER + 4);
  sockets.setBacklog(socket, BACKLOG, ANSWER); // A host may have its own.
  sockets.listen(socket, ANSWER);
  if (load<u8>(ANSWER) != 0) return errnoOfSocket(ANSWER + 4);
  d.input = load<i32>(ANSWER, 4);
  return Errno.SUCCESS;
}
