// SPDX-License-Identifier: MIT
// Connections that the guest dials, by opening /dev/tcp/NAME: the descriptor is there at once, and its next step is
// made when the host says that it can be, in poll_oneoff, or by the guest's first use. While it has no connection, its
// `input` is the lookup that its host's name needs, and `name` a copy of the address.

import { Address, setHost } from '../address';
import { Descriptor, Dialing, Kind } from '../descriptor';
import { ANSWER, give, take } from '../memory';
import { Errno, FdFlags, FileType } from '../preview1';
import { create, insert } from '../table';
import * as poll from '../wasi/poll';
import * as sockets from '../wasi/sockets';
import { spend } from './budget';
import { errnoOfSocket, WOULD_BLOCK } from './errors';
import { dropPollables, inputPollableOf } from './pollables';

function addressOf(d: Descriptor): Address {
  return changetype<Address>(d.name);
}

/** No further step: `error` is what each use answers. */
function end(d: Descriptor, state: Dialing, error: i32): void {
  dropPollables(d);
  if (d.input != 0) sockets.dropResolving(d.input);
  d.input = 0;
  give(d.name, offsetof<Address>());
  d.name = 0;
  d.dialing = state;
  d.error = error;
}

/** Begins to connect. A failure is that of this address, and the lookup may have another one. */
function connect(d: Descriptor): void {
  const a = addressOf(d);
  dropPollables(d);
  if (d.handle != 0) sockets.dropSocket(d.handle);
  d.handle = 0;
  sockets.createSocket(a.family, ANSWER);
  if (load<u8>(ANSWER) != 0) {
    nextAddress(d, errnoOfSocket(load<u8>(ANSWER, 4)));
    return;
  }
  const socket = load<i32>(ANSWER, 4);
  d.handle = socket;
  const net = sockets.network();
  // biome-ignore format: the eleven flat values of an address
  sockets.startConnect(socket, net, a.family,
    a.w0, a.w1, a.w2, a.w3, a.w4, a.w5, a.w6, a.w7, a.w8, a.w9, a.w10, ANSWER);
  sockets.dropNetwork(net);
  if (load<u8>(ANSWER) != 0) nextAddress(d, errnoOfSocket(load<u8>(ANSWER, 1)));
  else d.dialing = Dialing.CONNECTING;
}

/** After an address that failed: looks for another one; `error` is told where there is none. */
function nextAddress(d: Descriptor, error: i32): void {
  dropPollables(d);
  d.error = error;
  if (d.input == 0) end(d, Dialing.FAILED, error);
  else d.dialing = Dialing.RESOLVING;
}

/** One step; false: it has to wait. */
function step(d: Descriptor): bool {
  if (d.dialing == Dialing.RESOLVING) {
    sockets.resolveNext(d.input, ANSWER);
    if (load<u8>(ANSWER) != 0) {
      const code = load<u8>(ANSWER, 2);
      if (code == WOULD_BLOCK) return false;
      end(d, Dialing.FAILED, errnoOfSocket(code));
    } else if (load<u8>(ANSWER, 2) == 0) {
      end(d, Dialing.FAILED, d.error != 0 ? d.error : Errno.HOSTUNREACH);
    } else {
      setHost(addressOf(d), ANSWER + 4);
      connect(d);
    }
    return true;
  }
  spend(1);
  sockets.finishConnect(d.handle, ANSWER);
  if (load<u8>(ANSWER) != 0) {
    const code = load<u8>(ANSWER, 4);
    if (code == WOULD_BLOCK) return false;
    nextAddress(d, errnoOfSocket(code));
    return true;
  }
  const input = load<i32>(ANSWER, 4);
  const output = load<i32>(ANSWER, 8);
  end(d, Dialing.OPEN, Errno.SUCCESS);
  d.input = input;
  d.output = output;
  return true;
}

/** Makes the steps that can be made; true once there is a connection, or a failure. */
export function isDialed(d: Descriptor): bool {
  while (d.dialing == Dialing.RESOLVING || d.dialing == Dialing.CONNECTING) {
    if (!step(d)) return false;
  }
  return true;
}

/** Before a use: SUCCESS where there is a connection, its error where it failed; waits, or AGAIN. */
export function advance(d: Descriptor): i32 {
  while (!isDialed(d)) {
    if ((d.flags & FdFlags.NONBLOCK) != 0) return Errno.AGAIN;
    poll.block(inputPollableOf(d));
  }
  return d.dialing == Dialing.FAILED ? d.error : Errno.SUCCESS;
}

/** Dials; the number of the descriptor. */
export function dial(address: Address, flags: i32): i32 {
  const d = create(Kind.CONNECTION);
  d.fileType = FileType.SOCKET_STREAM;
  d.flags = <u16>flags;
  d.name = take(offsetof<Address>());
  memory.copy(d.name, changetype<usize>(address), offsetof<Address>());
  const fd = insert(d);
  if (!address.isName) {
    connect(d);
    isDialed(d); // A host may not begin before it is asked how far it is.
    return fd;
  }
  const net = sockets.network();
  sockets.resolveAddresses(net, address.host, address.hostLength, ANSWER);
  sockets.dropNetwork(net);
  d.dialing = Dialing.RESOLVING;
  if (load<u8>(ANSWER) != 0) end(d, Dialing.FAILED, errnoOfSocket(load<u8>(ANSWER, 4)));
  else d.input = load<i32>(ANSWER, 4);
  return fd;
}

/** Gives up a connection that is not there yet. */
export function hangUp(d: Descriptor): void {
  if (d.name != 0) end(d, Dialing.FAILED, Errno.BADF);
}
