// SPDX-License-Identifier: MIT
// poll_oneoff: what it costs is what has changed and what is ready, however many subscriptions there are. The host is
// asked about a descriptor once, and tells by an event.

import { addClock, clearDeadlines, deadline, markDue } from '../deadlines';
import { Descriptor, Dialing, Kind } from '../descriptor';
import { clearMarks, EVENT, isAnyMarked, mark, SUBSCRIPTION, tellMarked } from '../events';
import * as guest from '../guest';
import { isInGuest } from '../memory';
import { Errno, Tag } from '../preview1';
import { lookUp } from '../table';
import { isDialed } from './dial';
import { hasInput, readMore } from './input';
import { otherCount, otherPlace, updateInterest } from './interest';
import { hasRoom } from './output';
import { setTimer } from './timer';
import { head, letHostRun, list, listed, tail, takeListed, waitForEvent } from './waiting';

function isReadable(d: Descriptor): bool {
  switch (d.kind) {
    case Kind.CONNECTION:
      return d.dialing == Dialing.OPEN ? hasInput(d) : isDialed(d);
    case Kind.INPUT:
    case Kind.LISTENER:
      return hasInput(d);
    default:
      return true;
  }
}

function isWritable(d: Descriptor): bool {
  switch (d.kind) {
    case Kind.CONNECTION:
      return d.dialing == Dialing.OPEN ? hasRoom(d) : isDialed(d);
    // Nobody can write to a listener.
    case Kind.LISTENER:
      return false;
    default:
      return true;
  }
}

/** Marks the subscriptions of a descriptor that have an event. False: there is none, and the host will tell when there is. */
function look(d: Descriptor): bool {
  let isReady = false;
  if (d.reader != 0 && isReadable(d)) {
    mark(d.reader - 1);
    isReady = true;
  }
  if (d.writer != 0 && isWritable(d)) {
    mark(d.writer - 1);
    isReady = true;
  }
  return isReady;
}

/** What the last call has told of, and the guest has not read, may have grown. */
function readOn(): void {
  for (let i = head; i != tail; i++) {
    const d = listed(i);
    if (d != null && d.aheadCount > 0 && d.kind != Kind.LISTENER) readMore(d);
  }
}

/** Looks at the descriptors of the list, and leaves those on it that are ready. */
function lookAtList(): void {
  const end = tail;
  while (head != end) {
    const d = takeListed();
    if (d != null && look(d)) list(d);
  }
}

/** Looks at those that have come behind an index. */
function lookAtNew(from: i32): void {
  for (let i = from; i != tail; i++) {
    const d = listed(i);
    if (d != null) look(d);
  }
}

/** Looks at all other subscriptions; INVAL where a clock has flags that are none of preview 1. */
function lookAtOthers(subs: usize, withClocks: bool): i32 {
  for (let i = 0; i < otherCount; i++) {
    const place = otherPlace(i);
    const at = subs + <usize>place * SUBSCRIPTION;
    const word = guest.subscription(at);
    const tag = <u32>word & 0xff;
    if (tag == Tag.CLOCK) {
      const status = withClocks ? addClock(at, place) : Errno.SUCCESS;
      if (status != Errno.SUCCESS) return status;
      continue;
    }
    const d = lookUp(<i32>(word >>> 32));
    if (d == null || (tag == Tag.FD_READ ? isReadable(d) : isWritable(d))) mark(place);
  }
  return Errno.SUCCESS;
}

/** Waits until a subscription has an event. */
function waitForSome(subs: usize): void {
  do {
    if (setTimer(deadline)) waitForEvent();
    lookAtList();
    lookAtOthers(subs, false);
    markDue(subs);
  } while (!isAnyMarked);
}

export function poll_oneoff(subs: usize, events: usize, count: u32, nevents: usize): i32 {
  if (count == 0) return Errno.INVAL;
  if (!isInGuest(subs, <u64>count * SUBSCRIPTION) || !isInGuest(events, <u64>count * EVENT)) {
    return Errno.FAULT;
  }
  if (!isInGuest(nevents, 4)) return Errno.FAULT;
  clearMarks(<i32>count);
  clearDeadlines();
  let status = updateInterest(subs, <i32>count);
  if (status == Errno.SUCCESS) status = lookAtOthers(subs, true);
  if (status != Errno.SUCCESS) return status;
  readOn();
  lookAtList();
  if (!isAnyMarked) waitForSome(subs);
  // Others that are ready by now, which the host finds out only while the guest does not run.
  let looked = tail;
  while (letHostRun()) {
    lookAtNew(looked);
    looked = tail;
  }
  guest.store32(nevents, tellMarked(subs, events));
  return Errno.SUCCESS;
}
