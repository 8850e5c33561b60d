// SPDX-License-Identifier: MIT
// Reads of streams into the guest's buffers: first what was read ahead, into a block of ours, then straight from the host.

import { roomOf } from './buffers';
import { Descriptor } from './descriptor';
import * as guest from './guest';
import {
  AHEAD_SIZE,
  awaitMore,
  emptied,
  FIRST_READ,
  hasInput,
  prepareRead,
  readStraight,
} from './host/input';
import { isInGuest, toGuest } from './memory';
import { Errno } from './preview1';

const LARGEST_READ: u32 = 1 << 20;

/** Bytes that were read ahead, into the guest's memory; how many. */
function takeAhead(d: Descriptor, address: usize, length: u32): u32 {
  const count = min<u32>(length, d.aheadCount);
  toGuest(address, d.ahead + d.aheadFrom, count);
  d.aheadFrom += count;
  d.aheadCount -= count;
  if (d.aheadCount == 0) emptied(d);
  return count;
}

function finish(nread: usize, total: u32): i32 {
  guest.store32(nread, total);
  return Errno.SUCCESS;
}

/**
 * Reads into the buffers of the guest: what there is, and only if there is nothing does it wait or answer AGAIN.
 * Bytes come before an error, an error before the end, at which 0 bytes are read.
 */
export function readStream(d: Descriptor, iovs: usize, count: i32, nread: usize): i32 {
  if (!isInGuest(iovs, (<u64>count) << 3) || !isInGuest(nread, 4)) return Errno.FAULT;
  const room = roomOf(iovs, count);
  if (room < 0) return Errno.FAULT;
  if (room == 0) return finish(nread, 0);
  if (!prepareRead(d)) return Errno.AGAIN;
  let total: u32 = 0;
  let isShort = false;
  for (let i = 0; i < count && !isShort; i++) {
    let address = <usize>guest.load32(iovs + ((<usize>i) << 3));
    let length = guest.load32(iovs + ((<usize>i) << 3) + 4);
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
  if (total == 0 && !d.readShut) {
    if (d.error != 0) {
      const error = d.error;
      d.error = 0;
      return error;
    }
    if (!d.ended) return Errno.AGAIN;
  }
  return finish(nread, total);
}

/** As readStream, but the bytes stay: those that fit a block that was read ahead. `waits` for as many as are wanted. */
export function peekStream(d: Descriptor, iovs: usize, count: i32, nread: usize, waits: bool): i32 {
  if (!isInGuest(iovs, (<u64>count) << 3) || !isInGuest(nread, 4)) return Errno.FAULT;
  const room = roomOf(iovs, count);
  if (room < 0) return Errno.FAULT;
  if (room == 0) return finish(nread, 0);
  if (!prepareRead(d) || !hasInput(d)) return Errno.AGAIN;
  const wanted = min<i64>(room, AHEAD_SIZE - d.aheadFrom);
  while (waits && d.aheadCount < wanted && !d.ended && !d.inputGone && !d.readShut) awaitMore(d);
  if (d.aheadCount == 0 && d.error != 0 && !d.readShut) return d.error;
  let total: u32 = 0;
  for (let i = 0; i < count; i++) {
    const address = <usize>guest.load32(iovs + ((<usize>i) << 3));
    const length = guest.load32(iovs + ((<usize>i) << 3) + 4);
    const piece = min<u32>(length, d.aheadCount - total);
    toGuest(address, d.ahead + d.aheadFrom + total, piece);
    total += piece;
  }
  return finish(nread, total);
}
