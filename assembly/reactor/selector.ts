// SPDX-License-Identifier: MIT
// Interest in fds, and waiting for it, after Python's `selectors`: register, modify, unregister,
// select. Everything that a program on readiness needs; Reactor is built on it.

import { Errno, errnoName } from '../wasi/errno';
import { EventType } from '../wasi/records';
import { fail } from '../wasi/stdio';
import { poll_oneoff } from '../wasi/wasi_snapshot_preview1';
import { Interest } from './interest';
import { CLOCK_TOKEN, Subscriptions } from './subscriptions';

const NEVENTS: usize = memory.data(8, 8);

/**
 * What the selector keeps for one fd, 24 bytes, indexed by the fd itself: WASI gives the lowest free
 * number, so numbers stay small.
 */
@unmanaged
class Slot {
  /** Goes up at unregister: a token of before is stale, so a reused fd gets no old event. */
  generation: u32;
  /** Positions in the subscription array, -1: none. */
  readAt: i32;
  writeAt: i32;
  interest: u32;
  /** Readiness of the last select; 0 once the fd was unregistered since. */
  ready: u32;
  registered: u32;
}

/**
 * Waits for many fds at once. `T` is what comes back with an fd: a connection, a name, a queue.
 *
 * ```ts
 * const selector = new Selector<Peer>();
 * selector.register(fd, Interest.READ, peer);
 * for (;;) {
 *   for (let i = 0, n = selector.select(); i < n; i++) {
 *     if (selector.ready(i) & Interest.READ) read(selector.data(i));
 *   }
 * }
 * ```
 * Every report is a hint: make all fds non-blocking and take AGAIN for an answer. Some hosts report
 * every fd when one is ready. Nothing here allocates but a register beyond what was there before.
 */
export class Selector<T> {
  private subscriptions: Subscriptions = new Subscriptions();
  private slots: usize = 0;
  private slotCount: i32 = 0;
  private datas: Array<T> = [];
  /** fds of the last select, i32 each. */
  private readyFds: usize = 0;
  private readyCount: i32 = 0;
  private size: i32 = 0;

  /** How many fds are registered. */
  @inline
  get length(): i32 {
    return this.size;
  }

  /** Whether the last select ended because its time was over, at least among other things. */
  timedOut: bool = false;

  /**
   * Begins to watch `fd`. `interest` may be NONE, to be changed later. Registering an fd that is
   * registered, and a negative fd, end the guest: both are bugs of the caller.
   */
  register(fd: i32, interest: u32, data: T): void {
    if (fd < 0) fail('register of descriptor ' + fd.toString());
    if (fd >= this.slotCount) this.grow(fd);
    const slot = this.slot(fd);
    if (slot.registered) fail('descriptor ' + fd.toString() + ' is registered already');
    slot.registered = 1;
    this.size++;
    this.datas[fd] = data;
    this.setInterest(fd, interest);
  }

  /** Makes the interest in a registered fd exactly `interest`. No change costs nothing. */
  modify(fd: i32, interest: u32): void {
    if (this.isRegistered(fd)) this.setInterest(fd, interest);
  }

  /**
   * Ends all interest in `fd`, and whatever the last select has yet to say of it.
   *
   * Call it before `close`: the host may give the number to the next accept at once, and an event of
   * this same turn would reach the wrong connection. Doing it twice is no error.
   */
  unregister(fd: i32): void {
    if (!this.isRegistered(fd)) return;
    this.setInterest(fd, Interest.NONE);
    const slot = this.slot(fd);
    slot.registered = 0;
    slot.ready = 0;
    slot.generation++;
    this.size--;
    // The data must not outlive its fd, or a closed connection would stay in memory.
    if (isReference<T>()) store<usize>(this.datas.dataStart + ((<usize>fd) << 2), 0);
  }

  isRegistered(fd: i32): bool {
    return <u32>fd < <u32>this.slotCount && this.slot(fd).registered != 0;
  }

  /** The interest in an fd; NONE where it is not registered. */
  interest(fd: i32): u32 {
    return <u32>fd < <u32>this.slotCount ? this.slot(fd).interest : Interest.NONE;
  }

  /**
   * Waits until an fd is ready or `timeoutNs` have passed (negative: for ever; 0: only looks) and
   * answers how many fds there are to look at by {@link fd}, {@link ready} and {@link data}.
   *
   * Waiting for nothing at all, for ever, ends the guest with a message.
   */
  select(timeoutNs: i64 = -1): i32 {
    if (timeoutNs >= 0) this.subscriptions.setClock(timeoutNs, false);
    else this.subscriptions.clearClock();
    return this.wait();
  }

  /** As {@link select}, until a point on the monotonic clock, in ns. */
  selectUntil(deadlineNs: u64): i32 {
    this.subscriptions.setClock(deadlineNs, true);
    return this.wait();
  }

  /** The fd of the i-th report. */
  @inline
  fd(i: i32): i32 {
    return load<i32>(this.readyFds + ((<usize>i) << 2));
  }

  /** What the i-th fd is ready for, as an Interest set; NONE if it was unregistered since the select. */
  @inline
  ready(i: i32): u32 {
    return this.slot(this.fd(i)).ready;
  }

  /** The data of the i-th fd. Only while {@link ready} is not NONE. */
  @inline
  data(i: i32): T {
    return unchecked(this.datas[this.fd(i)]);
  }

  /** The data of a registered fd. */
  dataOf(fd: i32): T {
    if (!this.isRegistered(fd)) fail('descriptor ' + fd.toString() + ' is not registered');
    return unchecked(this.datas[fd]);
  }

  private wait(): i32 {
    for (let i = 0; i < this.readyCount; i++) this.slot(this.fd(i)).ready = 0;
    this.readyCount = 0;
    this.timedOut = false;
    const subscriptions = this.subscriptions;
    const total = subscriptions.total;
    if (total == 0) fail('select would wait for ever: no descriptor and no timeout');
    let errno: u32;
    do {
      errno = poll_oneoff(subscriptions.records, subscriptions.events, total, NEVENTS);
    } while (errno == Errno.INTR);
    if (errno != 0) fail('poll_oneoff failed: ' + errnoName(errno));

    const events = load<i32>(NEVENTS);
    for (let i = 0; i < events; i++) {
      const event = subscriptions.eventAt(i);
      const token = event.userdata;
      if (token == CLOCK_TOKEN) {
        this.timedOut = true;
        continue;
      }
      const fd = <i32>token;
      const slot = this.slot(fd);
      if (slot.generation != <u32>(token >> 32)) continue;
      // An event with an error is readiness as well: the next call on the fd tells which.
      if (slot.ready == 0) {
        store<i32>(this.readyFds + ((<usize>this.readyCount) << 2), fd);
        this.readyCount++;
      }
      slot.ready |= event.type == EventType.FD_READ ? Interest.READ : Interest.WRITE;
    }
    return this.readyCount;
  }

  private setInterest(fd: i32, interest: u32): void {
    const slot = this.slot(fd);
    const changed = slot.interest ^ interest;
    if (changed & Interest.READ) {
      if (interest & Interest.READ) slot.readAt = this.add(fd, EventType.FD_READ);
      else this.remove(slot.readAt);
    }
    if (changed & Interest.WRITE) {
      if (interest & Interest.WRITE) slot.writeAt = this.add(fd, EventType.FD_WRITE);
      else this.remove(slot.writeAt);
    }
    slot.interest = interest;
    slot.ready &= interest;
  }

  private add(fd: i32, type: u8): i32 {
    const token = ((<u64>this.slot(fd).generation) << 32) | <u64>fd;
    return this.subscriptions.add(fd, type, token);
  }

  private remove(position: i32): void {
    if (!this.subscriptions.remove(position)) return;
    const moved = this.subscriptions.at(position);
    const slot = this.slot(moved.fd);
    if (moved.tag == EventType.FD_READ) slot.readAt = position;
    else slot.writeAt = position;
  }

  @inline
  private slot(fd: i32): Slot {
    return changetype<Slot>(this.slots + <usize>fd * offsetof<Slot>());
  }

  private grow(fd: i32): void {
    const count = max(max(fd + 1, this.slotCount * 2), 64);
    this.slots = this.slots
      ? heap.realloc(this.slots, <usize>count * offsetof<Slot>())
      : heap.alloc(<usize>count * offsetof<Slot>());
    memory.fill(
      this.slots + <usize>this.slotCount * offsetof<Slot>(),
      0,
      <usize>(count - this.slotCount) * offsetof<Slot>(),
    );
    this.readyFds = this.readyFds
      ? heap.realloc(this.readyFds, (<usize>count) << 2)
      : heap.alloc((<usize>count) << 2);
    this.datas.length = count;
    this.slotCount = count;
  }
}
