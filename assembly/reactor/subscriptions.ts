// SPDX-License-Identifier: MIT
// The one array of subscriptions that poll_oneoff gets each turn, packed and edited in place: a
// host that compares it with the turn before sees exactly what changed. Where the host offers
// /dev/poll, only the edits go there. It knows nothing of registrations; the PollSet does.

import { fatal } from '../wasi/abort';
import { Errno, errnoName } from '../wasi/errno';
import {
  CLOCK_ABSTIME,
  CLOCK_MONOTONIC,
  EVENT_CLOCK,
  EVENT_SIZE,
  FD_NONBLOCK,
  STAMP_EDITION,
  STAMP_FROM,
  STAMP_TO,
  SUBSCRIPTION_SIZE,
  Subscription,
  UNCOUNTED,
} from '../wasi/records';
import { poll_oneoff } from '../wasi/wasi_snapshot_preview1';
import { DEVICE_EVENTS, PollDevice } from './poll-device';

/** Userdata of the clock's subscription. No token is like it: no slot has this number. */
const CLOCK_TOKEN: u64 = u64.MAX_VALUE;

const result = memory.data(4, 4);

/** Number of the last edition of any array: no two editions of any two arrays share one. */
let lastEdition: u32 = 0;

/** The array and, beside it, room for as many events. */
@unmanaged
@final
export class SubscriptionArray {
  private base: usize = 0;
  private capacity: i32 = 0;
  private eventCapacity: i32 = 0;
  private clockAt: i32 = -1;
  /** Positions [from, to) that were edited since the last wait. */
  private editedFrom: i32 = i32.MAX_VALUE;
  private editedTo: i32 = 0;
  /** Where the host keeps the subscriptions, once the first wait has found that it does. */
  private device: PollDevice | null = null;
  private looked: bool = false;
  /** Subscriptions in the array. */
  length: i32 = 0;
  /** The first event of the last wait. Valid until the next one. */
  events: usize = 0;

  /** Adds a subscription at the end; answers its position. */
  add(userdata: u64, tag: u8, fd: u32): i32 {
    if (this.length == this.capacity) this.grow();
    const position = this.length++;
    const record = this.at(position);
    memory.fill(changetype<usize>(record), 0, SUBSCRIPTION_SIZE);
    record.userdata = userdata;
    record.tag = tag;
    record.fd = fd;
    if (tag != EVENT_CLOCK) record.timeoutNs = UNCOUNTED;
    this.noteEdit(position);
    // A clock has no time yet.
    const device = this.device;
    if (device !== null && tag != EVENT_CLOCK) device.set(record);
    return position;
  }

  /**
   * Removes the subscription at `position`; the last one takes its place.
   *
   * Answers true where one moved that is not the clock's: whoever keeps its position must be told.
   */
  remove(position: i32): bool {
    const device = this.device;
    if (device !== null) device.remove(this.at(position));
    const last = --this.length;
    this.noteEdit(position);
    if (position == last) return false;
    memory.copy(
      changetype<usize>(this.at(position)),
      changetype<usize>(this.at(last)),
      SUBSCRIPTION_SIZE,
    );
    if (this.clockAt != last) return true;
    this.clockAt = position;
    return false;
  }

  /** The subscription at `position`. Valid until the next `add`. */
  @inline
  at(position: i32): Subscription {
    return changetype<Subscription>(this.base + <usize>position * SUBSCRIPTION_SIZE);
  }

  /** Bounds the wait by the monotonic clock: a deadline with CLOCK_ABSTIME, a timeout without. */
  setClock(timeNs: u64, flags: u16): void {
    if (this.clockAt < 0) this.clockAt = this.add(CLOCK_TOKEN, EVENT_CLOCK, CLOCK_MONOTONIC);
    const record = this.at(this.clockAt);
    const device = this.device;
    // To the set a timeout begins when it is written: the same one again is another one.
    const lasts = device === null || flags == CLOCK_ABSTIME;
    if (lasts && record.timeoutNs == timeNs && record.flags == flags) return;
    record.timeoutNs = timeNs;
    record.flags = flags;
    this.noteEdit(this.clockAt);
    if (device !== null) device.set(record);
  }

  /** Lets the wait take for ever. Answers the position of the subscription that moved, or -1. */
  clearClock(): i32 {
    const position = this.clockAt;
    if (position < 0) return -1;
    this.clockAt = -1;
    return this.remove(position) ? position : -1;
  }

  @inline
  get hasClock(): bool {
    return this.clockAt >= 0;
  }

  /** Waits; answers the number of events. A call that fails for good ends the guest: nothing can be waited for. */
  wait(): i32 {
    const count = this.length;
    if (count == 0) fatal('there is nothing to wait for: no fd is waited on, and no timer is set');
    if (!this.looked) this.lookForDevice();
    const device = this.device;
    if (device !== null) return device.wait(this.events);
    if (this.eventCapacity < count) this.growEvents();
    if (this.editedTo > 0) this.stamp();
    while (true) {
      const errno = poll_oneoff(this.base, this.events, count, result);
      if (errno == Errno.SUCCESS) return load<i32>(result);
      if (errno == Errno.INTR) continue;
      fatal(`poll_oneoff of ${count} subscriptions failed: ${errnoName(errno)}`);
    }
  }

  /** As `wait`, without waiting, and with nothing to wait for as well. The clock must be none or 0. */
  look(): i32 {
    if (this.length == 0) return 0;
    if (!this.looked) this.lookForDevice();
    const device = this.device;
    return device === null ? this.wait() : device.look(this.events);
  }

  /**
   * Tells the host all that is waited for now, as it sleeps on behalf of a module whose turn ends. Without
   * /dev/poll that takes another look; what it finds will be found again.
   */
  tell(): void {
    const device = this.device;
    if (device !== null) device.flush();
    else if (this.editedTo > 0 && this.length > 0) this.look();
  }

  /** Whether the host keeps the subscriptions. */
  get kept(): bool {
    if (!this.looked) this.lookForDevice();
    return this.device !== null;
  }

  /** Gives the memory back. */
  free(): void {
    if (this.base != 0) heap.free(this.base);
    if (this.events != 0) heap.free(this.events);
    const device = this.device;
    if (device !== null) device.free();
    heap.free(changetype<usize>(this));
  }

  private lookForDevice(): void {
    this.looked = true;
    const device = PollDevice.open(isDefined(POLLUX_REACTOR) ? FD_NONBLOCK : 0);
    this.device = device;
    if (device === null) return;
    for (let i = 0; i < this.length; i++) device.set(this.at(i));
    this.events = heap.alloc(<usize>DEVICE_EVENTS * EVENT_SIZE);
  }

  @inline
  private noteEdit(position: i32): void {
    this.editedFrom = min(this.editedFrom, position);
    this.editedTo = max(this.editedTo, position + 1);
  }

  /**
   * Writes into the padding of the first descriptor's record which edition of the array this is and
   * what the edit touched. A host that knows the stamp (docs/guest-contract.md) then looks at the
   * edit alone; others do not look at padding.
   */
  private stamp(): void {
    const first = this.clockAt == 0 ? 1 : 0;
    if (++lastEdition == 0) lastEdition = 1;
    if (first < this.length) {
      const record = changetype<usize>(this.at(first));
      store<u32>(record, lastEdition, STAMP_EDITION);
      store<u32>(record, this.editedFrom, STAMP_FROM);
      store<u32>(record, this.editedTo, STAMP_TO);
    }
    this.editedFrom = i32.MAX_VALUE;
    this.editedTo = 0;
  }

  private grow(): void {
    this.capacity += (this.capacity >> 1) + 16;
    const size = <usize>this.capacity * SUBSCRIPTION_SIZE;
    this.base = this.base == 0 ? heap.alloc(size) : heap.realloc(this.base, size);
    // The new place may be one where the host knows another array, of which this is no edition.
    this.editedFrom = 0;
    this.editedTo = this.length;
  }

  /** Here alone events move, so an `add` while a turn's events are handled leaves them where they are. */
  private growEvents(): void {
    this.eventCapacity = this.capacity;
    if (this.events != 0) heap.free(this.events);
    this.events = heap.alloc(<usize>this.eventCapacity * EVENT_SIZE);
  }
}
