// SPDX-License-Identifier: MIT
// What comes in by a stream. A host tells of readiness that a read has used up already, so that poll_oneoff reads
// before it reports: into a block of ours, which the guest's next read empties. The rest of a read goes straight into
// the guest's memory.

import { Descriptor } from '../descriptor';
import * as guest from '../guest';
import { ANSWER, give, into, isInGuest, take, toGuest } from '../memory';
import { Errno, FdFlags } from '../preview1';
import * as poll from '../wasi/poll';
import * as streams from '../wasi/streams';
import { takeStreamError } from './errors';
import { inputPollableOf } from './pollables';

const AHEAD_SIZE: i32 = 4096;
/** A host makes a buffer of the size that it is asked for, so that the first read of a call asks for no more. */
const FIRST_READ: u32 = 16384;
const LARGEST_READ: u32 = 1 << 20;

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

/** Gives up what was read ahead. */
export function dropAhead(d: Descriptor): void {
  if (d.ahead != 0) give(d.ahead, AHEAD_SIZE);
  d.ahead = 0;
  d.aheadCount = 0;
}

/** Bytes that were read ahead, into the guest's memory; how many. */
function takeAhead(d: Descriptor, address: usize, length: u32): u32 {
  const count = min<u32>(length, d.aheadCount);
  toGuest(address, d.ahead + d.aheadFrom, count);
  d.aheadFrom += count;
  d.aheadCount -= count;
  if (d.aheadCount == 0) dropAhead(d);
  return count;
}

/** One read of the stream into the guest's memory; how many bytes: 0 also at the end, which it notes. */
function readStraight(d: Descriptor, address: usize, length: u32): u32 {
  // The answer's place has to be in the guest's memory too: 16 bytes beside the buffer, which get back what they were.
  let answer: usize = 0;
  if (address < 16) {
    answer = (address + length + 7) & ~7;
    if (!isInGuest(answer, 16)) {
      // No such place: a buffer that is nearly all of the memory. The read may be short.
      length = length > 32 ? length - 32 : 0;
      answer = (address + length + 7) & ~7;
      if (length == 0) return 0;
    }
  }
  const first = guest.load64(answer);
  const second = guest.load64(answer + 8);
  into(address, length);
  streams.readToGuest(d.input, length, answer);
  const result = guest.load64(answer);
  const count = guest.load32(answer + 8);
  guest.store64(answer, first);
  guest.store64(answer + 8, second);
  if ((result & 0xff) == 0) return count;
  store<u32>(ANSWER, <u32>(result >> 32));
  store<u32>(ANSWER, count, 4);
  noteEnd(d, ANSWER);
  return 0;
}

/** Waits until there is something to read: bytes, the end or an error. */
function awaitInput(d: Descriptor): void {
  while (!hasInput(d)) poll.block(inputPollableOf(d));
}

/**
 * Reads into the buffers of the guest: what there is, and only if there is nothing does it wait or answer AGAIN.
 * Bytes come before an error, an error before the end, at which 0 bytes are read.
 */
export function readStream(d: Descriptor, iovs: usize, count: i32, nread: usize): i32 {
  if (!isInGuest(iovs, (<u64>count) << 3) || !isInGuest(nread, 4)) return Errno.FAULT;
  if ((d.flags & FdFlags.NONBLOCK) == 0) awaitInput(d);
  let total: u32 = 0;
  let wanted = false;
  let isShort = false;
  for (let i = 0; i < count && !isShort; i++) {
    let address = <usize>guest.load32(iovs + ((<usize>i) << 3));
    let length = guest.load32(iovs + ((<usize>i) << 3) + 4);
    if (!isInGuest(address, length)) {
      if (total > 0) break;
      return Errno.FAULT;
    }
    wanted = wanted || length > 0;
    while (length > 0 && !isShort) {
      let got: u32 = 0;
      let asked = length;
      if (d.aheadCount > 0) {
        asked = min<u32>(length, AHEAD_SIZE - d.aheadFrom);
        got = takeAhead(d, address, length);
      } else if (d.ended || d.readShut || d.error != 0) {
        isShort = true;
        break;
      } else {
        asked = min<u32>(length, total == 0 ? FIRST_READ : LARGEST_READ);
        got = readStraight(d, address, asked);
      }
      isShort = got < asked;
      total += got;
      address += got;
      length -= got;
    }
  }
  if (total == 0 && wanted && !d.readShut) {
    if (d.error != 0) {
      const error = d.error;
      d.error = 0;
      return error;
    }
    if (!d.ended) return Errno.AGAIN;
  }
  guest.store32(nread, total);
  return Errno.SUCCESS;
}

/** As readStream, but the bytes stay: those that fit a block that was read ahead. */
export function peekStream(d: Descriptor, iovs: usize, count: i32, nread: usize): i32 {
  if (!isInGuest(iovs, (<u64>count) << 3) || !isInGuest(nread, 4)) return Errno.FAULT;
  if ((d.flags & FdFlags.NONBLOCK) == 0) awaitInput(d);
  else if (!hasInput(d)) return Errno.AGAIN;
  if (d.aheadCount == 0 && d.error != 0 && !d.readShut) return d.error;
  let total: u32 = 0;
  for (let i = 0; i < count; i++) {
    const address = <usize>guest.load32(iovs + ((<usize>i) << 3));
    const length = guest.load32(iovs + ((<usize>i) << 3) + 4);
    if (!isInGuest(address, length)) return Errno.FAULT;
    const piece = min<u32>(length, d.aheadCount - total);
    toGuest(address, d.ahead + d.aheadFrom + total, piece);
    total += piece;
  }
  guest.store32(nread, total);
  return Errno.SUCCESS;
}
