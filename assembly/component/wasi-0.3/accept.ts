// SPDX-License-Identifier: MIT
// Accepts connections of a listener: those that have come ahead of the guest.

import { Descriptor, Kind } from '../descriptor';
import { ANSWER } from '../memory';
import { Errno } from '../preview1';
import { create } from '../table';
import * as sockets from '../wasi/sockets';
import { errnoOfSocket } from './errors';
import { prepareRead } from './input';

/** Why `accept` has answered null. */
export let acceptError: i32 = 0;

/** Where accepting has failed, the host gives a socket all the same, which is one of nothing but the error. */
function errorOf(socket: i32): i32 {
  sockets.remoteAddress(socket, ANSWER);
  if (load<u8>(ANSWER) == 0) return Errno.SUCCESS;
  const error = errnoOfSocket(ANSWER + 4);
  // A connection that has been reset by now has no peer, but the guest is to find that out by itself.
  if (error == Errno.NOTCONN) return Errno.SUCCESS;
  // What has no code of its own is that there are no more descriptors.
  return error == Errno.IO ? Errno.MFILE : error;
}

/** The next connection, without a number; null, and `acceptError` says why: AGAIN where the listener does not block. */
export function accept(d: Descriptor): Descriptor | null {
  acceptError = Errno.AGAIN;
  if (!prepareRead(d)) return null;
  // The host has ended the listener, which then is one no more.
  acceptError = Errno.INVAL;
  if (d.aheadCount == 0) return null;
  const socket = load<i32>(d.ahead + ((<usize>d.aheadFrom) << 2));
  d.aheadFrom++;
  d.aheadCount--;
  acceptError = errorOf(socket);
  if (acceptError != Errno.SUCCESS) {
    sockets.dropSocket(socket);
    return null;
  }
  const made = create(Kind.CONNECTION);
  made.handle = socket;
  return made;
}
