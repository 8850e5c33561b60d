// SPDX-License-Identifier: MIT
// Waits on many fds, after Python's `selectors`: register, modify, unregister, select. It neither
// reads nor closes anything. Programs with a loop of their own use it; the Reactor sits on it.

import { CLOCK_ABSTIME, EVENT_CLOCK, EVENT_SIZE, Event } from '../wasi/records';
import { FdIndex } from './fd-index';
import { READ, WRITE } from './interest';
import { ABSENT, SlotTable } from './slots';
import { SubscriptionArray } from './subscriptions';

/**
 * A set of fds with an interest and a value of type `T` (a class) each.
 *
 * ```ts
 * const selector = new Selector<Client>();
 * selector.register(fd, READ, client);
 * while (true) {
 *   selector.select();
 *   while (selector.next()) serve(selector.data, selector.readiness);
 * }
 * ```
 *
 * Every event is a hint: the call that follows may still answer AGAIN, so fds should be non-blocking.
 * Readiness is level-triggered: what was not taken is reported again. An fd that is readable and
 * writable gives two events. Interests may change while events are handled; an event that lost
 * its interest, or its fd, is skipped. Unregister an fd before it is closed.
 */
export class Selector<T> {
  private readonly subscriptions: SubscriptionArray = new SubscriptionArray();
  private readonly slots: SlotTable = new SlotTable();
  private readonly index: FdIndex = new FdIndex();
  private values: StaticArray<T> = new StaticArray<T>(16);
  /** Events of the last wait that `next` did not come to yet. */
  private cursor: usize = 0;
  private end: usize = 0;
  private slot: i32 = ABSENT;
  /** Registered fds, those without an interest included. */
  size: i32 = 0;
  /** READ or WRITE: what the current event says that `fd` is ready for. */
  readiness: u32 = 0;
  /** Errno of the current event's subscription: BADF where the host does not know the fd, else 0. */
  error: i32 = 0;

  /** The value registered with the current event's fd. */
  @inline
  get data(): T {
    return unchecked(this.values[this.slot]);
  }

  /** The current event's fd. */
  @inline
  get fd(): i32 {
    return this.slots.at(this.slot).fd;
  }

  /** Adds `fd`, which must not be registered, with an interest of READ, WRITE, both (`|`) or NONE. */
  register(fd: i32, interest: u32, data: T): void {
    if (this.index.get(fd) != ABSENT) throw new Error(`fd ${fd} is registered already`);
    const slot = this.slots.take(fd);
    this.index.set(fd, slot);
    if (slot >= this.values.length) this.growValues();
    this.values[slot] = data;
    this.size++;
    this.setInterest(slot, interest);
  }

  /** Makes `interest` what is waited for on `fd`, which must be registered. */
  modify(fd: i32, interest: u32): void {
    const slot = this.index.get(fd);
    if (slot == ABSENT) throw new Error(`fd ${fd} is not registered`);
    this.setInterest(slot, interest);
  }

  /**
   * Ends all interest in `fd`; events of it that are still to come this turn are skipped.
   *
   * Call it before the fd is closed: the host may give the number to the next accept at once.
   * An fd that is not registered is ignored, so error paths may do it twice.
   */
  unregister(fd: i32): void {
    const slot = this.index.get(fd);
    if (slot == ABSENT) return;
    this.setInterest(slot, 0);
    this.index.remove(fd);
    this.slots.give(slot);
    // A reference that stays would keep its object from the collector.
    if (isReference<T>()) this.values[slot] = changetype<T>(0);
    this.size--;
  }

  /** Whether `fd` is registered. */
  has(fd: i32): bool {
    return this.index.get(fd) != ABSENT;
  }

  /**
   * Waits until an fd is ready, or `timeoutNs` (0 looks and does not wait; negative: no limit).
   *
   * Answers how many events there are; 0 says that the time is over. See poll_oneoff in the witx.
   */
  select(timeoutNs: i64 = -1): i32 {
    if (timeoutNs < 0) this.clearClock();
    else this.subscriptions.setClock(timeoutNs, 0);
    this.wait();
    let count = <i32>((this.end - this.cursor) / EVENT_SIZE);
    if (timeoutNs >= 0) {
      for (let at = this.cursor; at < this.end; at += EVENT_SIZE) {
        if (changetype<Event>(at).type == EVENT_CLOCK) count--;
      }
    }
    return count;
  }

  /** As `select`, until a time on the monotonic clock; u64.MAX_VALUE is no limit. */
  selectUntil(deadlineNs: u64): void {
    if (deadlineNs == u64.MAX_VALUE) this.clearClock();
    else this.subscriptions.setClock(deadlineNs, CLOCK_ABSTIME);
    this.wait();
  }

  /** Makes the next event the current one; false when there is none left. */
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

  private setInterest(slot: i32, interest: u32): void {
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

  private growValues(): void {
    const values = this.values;
    const grown = new StaticArray<T>(values.length + (values.length >> 1) + 16);
    for (let i = 0; i < values.length; i++) grown[i] = values[i];
    this.values = grown;
  }
}
