// SPDX-License-Identifier: MIT
// What comes in by a stream. A host tells of readiness that a read has used up already, so that poll_oneoff reads
// before it reports: into a block of ours, which the guest's next read empties.

import { borrow, fillable, giveBack } from '../borrow';
import { Descriptor } from '../descriptor';
import * as guest from '../guest';
import { ANSWER, give, into, take } from '../memory';
import { Errno, FdFlags } from '../preview1';
import * as poll from '../wasi/poll';
import * as streams from '../wasi/streams';
import { takeStreamError } from './errors';
import { inputPollableOf } from './pollables';

export const AHEAD_SIZE: i32 = 4096;
/** A host makes a buffer of the size that it is asked for, so that the first read of a call asks for no more. */
export const FIRST_READ: u32 = 16384;

/** A block to read into, before it is known whether anything comes. */
let spare: usize = take(AHEAD_SIZE);

/** The end, or an error, which the next read tells. */
function noteEnd(d: Descriptor, at: usize): void {
  const error = takeStreamError(at);
  d.ended = true;
  if (error != Errno.PIPE) d.error = error;
}

/** True where a read would not wait: bytes are there, the end or an error. Looks into the stream if need be. */
export function hasInput(d: Descriptor): bool {
  if (d.aheadCount > 0 || d.ended || d.readShut || d.error != 0) return true;
  into(spare, AHEAD_SIZE);
  streams.read(d.input, AHEAD_SIZE, ANSWER);
  if (load<u8>(ANSWER) != 0) {
    noteEnd(d, ANSWER + 4);
    return true;
  }
  const count = load<i32>(ANSWER, 8);
  if (count == 0) return false;
  d.ahead = spare;
  d.aheadFrom = 0;
  d.aheadCount = count;
  spare = take(AHEAD_SIZE);
  return true;
}

/** Adds to what was read ahead what has come since. */
export function readMore(d: Descriptor): void {
  const used = d.aheadFrom + d.aheadCount;
  if (used == AHEAD_SIZE || d.ended || d.readShut || d.error != 0) return;
  into(d.ahead + used, AHEAD_SIZE - used);
  streams.read(d.input, AHEAD_SIZE - used, ANSWER);
  if (load<u8>(ANSWER) != 0) noteEnd(d, ANSWER + 4);
  else d.aheadCount += load<i32>(ANSWER, 8);
}

/** Waits until more has come behind what was read ahead, for which there is room, or the end. */
export function awaitMore(d: Descriptor): void {
  const before = d.aheadCount;
  for (readMore(d); d.aheadCount == before && !d.ended; readMore(d)) poll.block(inputPollableOf(d));
}

/** Gives up what was read ahead. */
export function dropAhead(d: Descriptor): void {
  if (d.ahead != 0) give(d.ahead, AHEAD_SIZE);
  d.ahead = 0;
  d.aheadCount = 0;
}

/** What was read ahead has been taken. */
export function emptied(d: Descriptor): void {
  dropAhead(d);
}

/** One read of the stream into the guest's memory; how many bytes: 0 also at the end, which it notes. */
export function readStraight(d: Descriptor, address: usize, length: u32): u32 {
  const size = fillable(address, length);
  const answer = borrow(address, size);
  into(address, size);
  streams.readToGuest(d.input, size, answer);
  const result = guest.load64(answer);
  const count = guest.load32(answer + 8);
  giveBack();
  if ((result & 0xff) == 0) return count;
  store<u32>(ANSWER, <u32>(result >> 32));
  store<u32>(ANSWER, count, 4);
  noteEnd(d, ANSWER);
  return 0;
}

/** Before a read: waits where the descriptor blocks. False: there is nothing to read, and the descriptor does not block. */
export function prepareRead(d: Descriptor): bool {
  // Otherwise the read itself finds out.
  if ((d.flags & FdFlags.NONBLOCK) == 0) while (!hasInput(d)) poll.block(inputPollableOf(d));
  return true;
}
