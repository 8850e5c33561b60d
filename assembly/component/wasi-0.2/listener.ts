// SPDX-License-Identifier: MIT
// Opens a listener: a name is resolved, and each step waited for, as the guest has not started yet.

import { Address, setHost } from '../address';
import { Descriptor } from '../descriptor';
import { ANSWER } from '../memory';
import { Errno } from '../preview1';
import * as poll from '../wasi/poll';
import * as sockets from '../wasi/sockets';
import { errnoOfSocket, WOULD_BLOCK } from './errors';

const BACKLOG: u64 = 4096;

function block(socket: i32): void {
  const pollable = sockets.subscribeSocket(socket);
  poll.block(pollable);
  poll.dropPollable(pollable);
}

/** Resolves a name to its first address. */
function resolve(address: Address, network: i32): i32 {
  sockets.resolveAddresses(network, address.host, address.hostLength, ANSWER);
  if (load<u8>(ANSWER) != 0) return errnoOfSocket(load<u8>(ANSWER, 4));
  const resolving = load<i32>(ANSWER, 4);
  let errno: i32 = Errno.SUCCESS;
  for (;;) {
    sockets.resolveNext(resolving, ANSWER);
    if (load<u8>(ANSWER) == 0) break;
    const code = load<u8>(ANSWER, 2);
    errno = errnoOfSocket(code);
    if (code != WOULD_BLOCK) break;
    const pollable = sockets.subscribeResolving(resolving);
    poll.block(pollable);
    poll.dropPollable(pollable);
  }
  if (load<u8>(ANSWER) == 0) {
    errno = load<u8>(ANSWER, 2) == 0 ? Errno.HOSTUNREACH : Errno.SUCCESS;
    if (errno == Errno.SUCCESS) setHost(address, ANSWER + 4);
  }
  sockets.dropResolving(resolving);
  return errno;
}

function openIn(network: i32, d: Descriptor, a: Address): i32 {
  if (a.isName) {
    const errno = resolve(a, network);
    if (errno != Errno.SUCCESS) return errno;
  }
  sockets.createSocket(a.family, ANSWER);
  if (load<u8>(ANSWER) != 0) return errnoOfSocket(load<u8>(ANSWER, 4));
  const socket = load<i32>(ANSWER, 4);
  d.handle = socket;
  // biome-ignore format: the eleven flat values of an address
  sockets.startBind(socket, network, a.family,
    a.w0, a.w1, a.w2, a.w3, a.w4, a.w5, a.w6, a.w7, a.w8, a.w9, a.w10, ANSWER);
  if (load<u8>(ANSWER) != 0) return errnoOfSocket(load<u8>(ANSWER, 1));
  for (;;) {
    sockets.finishBind(socket, ANSWER);
    if (load<u8>(ANSWER) == 0) break;
    if (load<u8>(ANSWER, 1) != WOULD_BLOCK) return errnoOfSocket(load<u8>(ANSWER, 1));
    block(socket);
  }
  sockets.setBacklog(socket, BACKLOG, ANSWER); // A host may have its own.
  sockets.startListen(socket, ANSWER);
  if (load<u8>(ANSWER) != 0) return errnoOfSocket(load<u8>(ANSWER, 1));
  for (;;) {
    sockets.finishListen(socket, ANSWER);
    if (load<u8>(ANSWER) == 0) break;
    if (load<u8>(ANSWER, 1) != WOULD_BLOCK) return errnoOfSocket(load<u8>(ANSWER, 1));
    block(socket);
  }
  return Errno.SUCCESS;
}

/** Makes a descriptor a listener at an address; an Errno. */
export function open(d: Descriptor, address: Address): i32 {
  const network = sockets.network();
  const errno = openIn(network, d, address);
  sockets.dropNetwork(network);
  return errno;
}
