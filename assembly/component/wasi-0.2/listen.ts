// SPDX-License-Identifier: MIT
// The listeners of LISTEN: opened before the guest starts, as Wasmtime did for -S tcplisten up to 46. What is wrong
// with an entry ends the program, with a line on stderr and status 1.

import { Address, readAddress, setHost } from '../address';
import { Kind } from '../descriptor';
import { findSetting, foundAt, foundLength, tellListeners } from '../environment';
import { ANSWER, take } from '../memory';
import { FdFlags, FileType } from '../preview1';
import { create, insert } from '../table';
import { indexOf, put, putBytes } from '../text';
import * as poll from '../wasi/poll';
import * as sockets from '../wasi/sockets';
import { complain } from './complain';
import { WOULD_BLOCK } from './errors';

const BACKLOG: u64 = 4096;
const COMMA = 0x2c;
/** error-code where the entry has not the form of one. */
export const NO_FORM = -1;
/** What a step answers where it went well. */
const DONE = -2;

function block(socket: i32): void {
  const pollable = sockets.subscribeSocket(socket);
  poll.block(pollable);
  poll.dropPollable(pollable);
}

/** Resolves a name to its first address. */
function resolve(address: Address, network: i32): i32 {
  sockets.resolveAddresses(network, address.host, address.hostLength, ANSWER);
  if (load<u8>(ANSWER) != 0) return load<u8>(ANSWER, 4);
  const resolving = load<i32>(ANSWER, 4);
  let code = DONE;
  for (;;) {
    sockets.resolveNext(resolving, ANSWER);
    code = load<u8>(ANSWER) != 0 ? <i32>load<u8>(ANSWER, 2) : DONE;
    if (code != WOULD_BLOCK) break;
    const pollable = sockets.subscribeResolving(resolving);
    poll.block(pollable);
    poll.dropPollable(pollable);
  }
  if (code == DONE) {
    if (load<u8>(ANSWER, 2) == 0)
      code = 18; // name-unresolvable
    else setHost(address, ANSWER + 4);
  }
  sockets.dropResolving(resolving);
  return code;
}

/** Opens one listener; DONE, or the error-code. */
function open(a: Address, network: i32): i32 {
  if (a.isName) {
    const code = resolve(a, network);
    if (code != DONE) return code;
  }
  sockets.createSocket(a.family, ANSWER);
  if (load<u8>(ANSWER) != 0) return load<u8>(ANSWER, 4);
  const socket = load<i32>(ANSWER, 4);
  // biome-ignore format: the eleven flat values of an address
  sockets.startBind(socket, network, a.family,
    a.w0, a.w1, a.w2, a.w3, a.w4, a.w5, a.w6, a.w7, a.w8, a.w9, a.w10, ANSWER);
  if (load<u8>(ANSWER) != 0) return load<u8>(ANSWER, 1);
  for (;;) {
    sockets.finishBind(socket, ANSWER);
    if (load<u8>(ANSWER) == 0) break;
    if (load<u8>(ANSWER, 1) != WOULD_BLOCK) return load<u8>(ANSWER, 1);
    block(socket);
  }
  sockets.setBacklog(socket, BACKLOG, ANSWER); // A host may have its own.
  sockets.startListen(socket, ANSWER);
  if (load<u8>(ANSWER) != 0) return load<u8>(ANSWER, 1);
  for (;;) {
    sockets.finishListen(socket, ANSWER);
    if (load<u8>(ANSWER) == 0) break;
    if (load<u8>(ANSWER, 1) != WOULD_BLOCK) return load<u8>(ANSWER, 1);
    block(socket);
  }
  const made = create(Kind.LISTENER);
  made.fileType = FileType.SOCKET_STREAM;
  made.flags = <u16>FdFlags.NONBLOCK;
  made.handle = socket;
  insert(made);
  return DONE;
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
  const network = sockets.network();
  for (;;) {
    const comma = indexOf(at, left, COMMA);
    const length = comma < 0 ? left : comma;
    const code = readAddress(address, at, length, false) ? open(address, network) : NO_FORM;
    if (code != DONE) complain('LISTEN', at, length, code);
    if (count++ > 0) to = put(to, ':');
    to =
      address.nameLength > 0 ? putBytes(to, address.name, address.nameLength) : put(to, 'unknown');
    if (comma < 0) break;
    at += length + 1;
    left -= length + 1;
  }
  sockets.dropNetwork(network);
  tellListeners(count, names, <i32>(to - names));
  return count;
}
