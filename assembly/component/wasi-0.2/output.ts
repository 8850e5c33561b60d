// SPDX-License-Identifier: MIT
// What goes out by a stream. The host takes as many bytes as it permits, and sends on what the socket does not take at
// once; until that is done it permits none, which is when the guest's socket is full.

import { borrow, giveBack } from '../borrow';
import { Descriptor, Kind } from '../descriptor';
import * as guest from '../guest';
import { ANSWER, isInGuest } from '../memory';
import { Errno, FdFlags } from '../preview1';
import * as poll from '../wasi/poll';
import * as streams from '../wasi/streams';
import { spend } from './budget';
import { takeStreamError } from './errors';
import { outputPollableOf } from './pollables';

const LARGEST_WRITE: u64 = 65536;

/** Asks for how many bytes may be written now; -1: the stream is closed or has failed, and `lastError` tells why. */
function askPermit(d: Descriptor): i64 {
  spend(1);
  streams.checkWrite(d.output, ANSWER);
  if (load<u8>(ANSWER) != 0) {
    lastError = takeStreamError(ANSWER + 8);
    return -1;
  }
  d.permit = <u32>min<u64>(load<u64>(ANSWER, 8), LARGEST_WRITE);
  return d.permit;
}

export let lastError: i32 = 0;

/** How many bytes may be written now, as `askPermit`. */
export function permitOf(d: Descriptor): i64 {
  // What the host has permitted holds until it is used.
  if (d.permit > 0) return d.permit;
  const permit = askPermit(d);
  if (permit != 0) return permit;
  // A host may not notice that it has sent all, before it is asked so.
  spend(1);
  return poll.isReady(outputPollableOf(d)) ? askPermit(d) : 0;
}

/** True where the peer has gone in good order, and nothing can be written any more. */
export function isOutputOver(d: Descriptor): bool {
  d.permit = 0;
  return permitOf(d) < 0 && lastError == Errno.PIPE;
}

/** Writes bytes that are permitted. */
function writeStraight(d: Descriptor, address: usize, length: u32): i32 {
  // The bytes are taken before the answer is written, so that it may overlap them.
  const answer = borrow(0, 0);
  d.permit = 0;
  streams.writeFromGuest(d.output, address, length, answer);
  const result = guest.load64(answer);
  const handle = guest.load32(answer + 8);
  giveBack();
  if ((result & 0xff) == 0) return Errno.SUCCESS;
  store<u32>(ANSWER, <u32>(result >> 32));
  store<u32>(ANSWER, handle, 4);
  return takeStreamError(ANSWER);
}

/**
 * Writes the buffers of the guest: all of them where it blocks, else as many bytes as there is room for, and AGAIN for
 * none. An error behind bytes that were taken is told by the next call.
 */
export function writeStream(d: Descriptor, iovs: usize, count: i32, nwritten: usize): i32 {
  if (!isInGuest(iovs, (<u64>count) << 3) || !isInGuest(nwritten, 4)) return Errno.FAULT;
  if (d.writeShut || d.outputGone) return Errno.PIPE;
  let total: u32 = 0;
  let error: i32 = Errno.SUCCESS;
  for (let i = 0; i < count && error == Errno.SUCCESS; i++) {
    let address = <usize>guest.load32(iovs + ((<usize>i) << 3));
    let length = guest.load32(iovs + ((<usize>i) << 3) + 4);
    if (!isInGuest(address, length)) error = Errno.FAULT;
    while (length > 0 && error == Errno.SUCCESS) {
      const permit = permitOf(d);
      if (permit < 0) {
        error = lastError;
      } else if (permit == 0) {
        if ((d.flags & FdFlags.NONBLOCK) == 0) poll.block(outputPollableOf(d));
        else error = Errno.AGAIN;
      } else {
        const piece = min<u32>(length, <u32>permit);
        error = writeStraight(d, address, piece);
        if (error != Errno.SUCCESS) break;
        total += piece;
        address += piece;
        length -= piece;
      }
    }
  }
  if (total == 0 && error != Errno.SUCCESS) {
    // The host may go on to tell why; to the guest it is told once.
    d.outputGone = error != Errno.AGAIN && error != Errno.FAULT;
    return error;
  }
  // A standard stream is seen by who reads it when the guest has said it, as on every other host.
  if (d.kind == Kind.OUTPUT && total > 0) {
    streams.blockingFlush(d.output, ANSWER);
    if (load<u8>(ANSWER) != 0) takeStreamError(ANSWER + 4);
  }
  guest.store32(nwritten, total);
  return Errno.SUCCESS;
}
