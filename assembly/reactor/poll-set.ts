// SPDX-License-Identifier: MIT
// The machinery beneath a Selector, all of it outside of the collector's heap: what runs each turn
// has no managed references, so that it costs no bookkeeping of them.

import { CLOCK_ABSTIME, EVENT_CLOCK, EVENT_SIZE, Event } from '../wasi/records';
import { FdIndex } from './fd-index';
import { READ, WRITE } from './interest';
import { ABSENT, SlotTable } from './slots';
import { SubscriptionArray } from './subscriptions';

/** Registered fds by slot, their subscriptions, and the events of the last wait. */
@unmanaged
@final
export class PollSet {
  private subscriptions: SubscriptionArray = new SubscriptionArray();
  private slots: SlotTable = new SlotTable();
  private index: FdIndex = new FdIndex();
  /** Events of the last wait that `next` did not come to yet. */
  private cursor: usize = 0;
  private end: usize = 0;
  /** Registered fds. */
  size: i32 = 0;
  /** The current event: its slot, READ or WRITE, and the errno of its subscription. */
  slot: i32 = ABSENT;
  readiness: u32 = 0;
  error: i32 = 0;

  /** The slot of `fd`, or ABSENT. */
  find(fd: i32): i32 {
    return this.index.get(fd);
  }

  /** Adds `fd`, which must not be registered; answers its slot. */
  register(fd: i32, interest: u32): i32 {
    const slot = this.slots.take(fd);
    this.index.set(fd, slot);
    this.size++;
    this.setInterest(slot, interest);
    return slot;
  }

  /** Removes the fd at `slot`. */
  unregister(slot: i32): void {
    this.setInterest(slot, 0);
    this.index.remove(this.fdOf(slot));
    this.slots.give(slot);
    this.size--;
  }

  /** Slots ever used; those that are in use now are among them. */
  get slotCount(): i32 {
    return this.slots.size;
  }

  @inline
  fdOf(slot: i32): i32 {
    return this.slots.at(slot).fd;
  }

  /** Makes `interest` what is waited for at `slot`; touches the subscriptions that change, no other. */
  setInterest(slot: i32, interest: u32): void {
    const registration = this.slots.at(slot);
    const reads = registration.readAt != ABSENT;
    if (reads != ((interest & READ) != 0)) {
      if (reads) this.removeAt(registration.readAt);
      registration.readAt = reads
        ? ABSENT
        : this.subscriptions.add(this.slots.token(slot), <u8>READ, registration.fd);
    }
    const writes = registration.writeAt != ABSENT;
    if (writes != ((interest & WRITE) != 0)) {
      if (writes) this.removeAt(registration.writeAt);
      registration.writeAt = writes
        ? ABSENT
        : this.subscriptions.add(this.slots.token(slot), <u8>WRITE, registration.fd);
    }
  }

  /** Waits, for `timeoutNs` at most; a negative one is no limit. */
  waitFor(timeoutNs: i64): void {
    if (timeoutNs < 0) this.clearClock();
    else this.subscriptions.setClock(timeoutNs, 0);
    this.wait();
  }

  /** Waits until `deadlineNs` on the monotonic clock at most; u64.MAX_VALUE is no limit. */
  waitUntil(deadlineNs: u64): void {
    if (deadlineNs == u64.MAX_VALUE) this.clearClock();
    else this.subscriptions.setClock(deadlineNs, CLOCK_ABSTIME);
    this.wait();
  }

  /** Looks what is ready, without waiting. For modules whose turns are called. */
  look(): void {
    if (this.subscriptions.kept) this.clearClock();
    else this.subscriptions.setClock(0, 0);
    const count = this.subscriptions.look();
    this.cursor = this.subscriptions.events;
    this.end = this.cursor + <usize>count * EVENT_SIZE;
  }

  /** The host is told what is waited for, at the end of such a turn. */
  tell(): void {
    this.subscriptions.tell();
  }

  /** How many events of fds `next` may still give. */
  get pending(): i32 {
    let count = 0;
    for (let at = this.cursor; at < this.end; at += EVENT_SIZE) {
      if (changetype<Event>(at).type != EVENT_CLOCK) count++;
    }
    return count;
  }

  /** Makes the next event current whose fd is registered still, with that interest; false at the end. */
  next(): bool {
    while (this.cursor < this.end) {
      const event = changetype<Event>(this.cursor);
      this.cursor += EVENT_SIZE;
      const type = event.type;
      if (type == EVENT_CLOCK) continue;
      const slot = this.slots.find(event.userdata);
      if (slot == ABSENT) continue;
      const registration = this.slots.at(slot);
      if ((type == <u8>READ ? registration.readAt : registration.writeAt) == ABSENT) continue;
      this.slot = slot;
      this.readiness = type;
      this.error = event.error;
      return true;
    }
    return false;
  }

  /** Gives all memory back; the set must not be used any more. */
  free(): void {
    this.subscriptions.free();
    this.slots.free();
    this.index.free();
    heap.free(changetype<usize>(this));
  }

  private wait(): void {
    const count = this.subscriptions.wait();
    this.cursor = this.subscriptions.events;
    this.end = this.cursor + <usize>count * EVENT_SIZE;
  }

  private clearClock(): void {
    if (!this.subscriptions.hasClock) return;
    const moved = this.subscriptions.clearClock();
    if (moved >= 0) this.noteMoved(moved);
  }

  private removeAt(position: i32): void {
    if (this.subscriptions.remove(position)) this.noteMoved(position);
  }

  /** Tells the owner of the subscription at `position` that it is there now. */
  private noteMoved(position: i32): void {
    const record = this.subscriptions.at(position);
    const owner = this.slots.at(<i32>record.userdata);
    if (record.tag == <u8>READ) owner.readAt = position;
    else owner.writeAt = position;
  }
}
