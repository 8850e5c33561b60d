// SPDX-License-Identifier: MIT
// Waits on many fds, after Python's `selectors`: register, modify, unregister, select. It neither
// reads nor closes anything. Programs with a loop of their own use it; the Reactor sits on it.

import { PollSet } from './poll-set';
import { ABSENT } from './slots';

/**
 * A set of fds with an interest and a value of type `T` each.
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
 * its interest, or its fd, is skipped.
 */
@final
export class Selector<T> {
  /** The part without values. For the Reactor. */
  readonly set: PollSet = new PollSet();
  private values: StaticArray<T> = new StaticArray<T>(16);

  /** Registered fds, those without an interest included. */
  get size(): i32 {
    return this.set.size;
  }

  /** The value registered with the current event's fd. */
  @inline
  get data(): T {
    return unchecked(this.values[this.set.slot]);
  }

  /** The current event's fd. */
  get fd(): i32 {
    return this.set.fdOf(this.set.slot);
  }

  /** READ or WRITE: what the current event says that `fd` is ready for. */
  get readiness(): u32 {
    return this.set.readiness;
  }

  /** Errno of the current event's subscription: BADF where the host does not know the fd, else 0. */
  get error(): i32 {
    return this.set.error;
  }

  /** Adds `fd`, which must not be registered, with an interest of READ, WRITE, both (`|`) or NONE. */
  register(fd: i32, interest: u32, data: T): void {
    if (this.has(fd)) throw new Error(`fd ${fd} is registered already`);
    const slot = this.set.register(fd, interest);
    if (slot >= this.values.length) this.grow();
    this.values[slot] = data;
  }

  /** Makes `interest` what is waited for on `fd`, which must be registered. */
  modify(fd: i32, interest: u32): void {
    const slot = this.set.find(fd);
    if (slot == ABSENT) throw new Error(`fd ${fd} is not registered`);
    this.set.setInterest(slot, interest);
  }

  /**
   * Ends all interest in `fd`; events of it that are still to come are skipped.
   *
   * Call it before the fd is closed: the host may give the number to the next accept at once.
   * An fd that is not registered is ignored, so error paths may do it twice.
   */
  unregister(fd: i32): void {
    const slot = this.set.find(fd);
    if (slot == ABSENT) return;
    this.set.unregister(slot);
    // A reference that stays would keep its object from the collector.
    if (isReference<T>()) this.values[slot] = changetype<T>(0);
  }

  /** Whether `fd` is registered. */
  has(fd: i32): bool {
    return this.set.find(fd) != ABSENT;
  }

  /**
   * Waits until an fd is ready, or `timeoutNs` (0 looks and does not wait; negative: no limit).
   *
   * Answers how many events there are; 0 says that the time is over. See poll_oneoff in the witx.
   */
  select(timeoutNs: i64 = -1): i32 {
    this.set.waitFor(timeoutNs);
    return this.set.pending;
  }

  /** Slots that are or were in use: `at` gives the value of one that is taken. For the Reactor. */
  get slots(): i32 {
    return this.set.slotCount;
  }

  /** Whether an fd is registered in this slot. For the Reactor. */
  isTaken(slot: i32): bool {
    return this.set.fdOf(slot) != ABSENT;
  }

  /** The value registered in a slot that is taken. For the Reactor. */
  at(slot: i32): T {
    return unchecked(this.values[slot]);
  }

  /** Makes the next event the current one; false when there is none left. */
  next(): bool {
    return this.set.next();
  }

  /** Gives the memory back that the collector does not see. The Selector must not be used any more. */
  close(): void {
    this.set.free();
  }

  private grow(): void {
    const values = this.values;
    const grown = new StaticArray<T>(values.length + (values.length >> 1) + 16);
    for (let i = 0; i < values.length; i++) grown[i] = values[i];
    this.values = grown;
  }
}
