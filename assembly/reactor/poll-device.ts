// SPDX-License-Identifier: MIT
// /dev/poll: a set of subscriptions that the host keeps, so that a wait hands over what changed and
// costs what is ready. Offered by pollux; elsewhere the array goes to poll_oneoff each turn.

import { fatal } from '../wasi/abort';
import { deviceDirectory, NO_DEVICE } from '../wasi/device';
import { Errno, errnoName } from '../wasi/errno';
import {
  EVENT_SIZE,
  RIGHT_FD_READ,
  RIGHT_FD_WRITE,
  SUBSCRIPTION_REMOVE,
  SUBSCRIPTION_SIZE,
  Subscription,
} from '../wasi/records';
import { fd_close, fd_read, fd_write, path_open } from '../wasi/wasi_snapshot_preview1';

/** Events that one wait takes; more that are ready come with the next one. */
export const DEVICE_EVENTS: i32 = 512;

const REMOVE: u64 = 0x65766f6d6572; // "remove"

const iovec = memory.data(8, 4);
const result = memory.data(4, 4);
const name = memory.data<u8>([0x70, 0x6f, 0x6c, 0x6c]); // "poll"

/** The set, and the changes that it has not been told yet. */
@unmanaged
@final
export class PollDevice {
  private changes: usize = 0;
  private capacity: i32 = 0;
  private count: i32 = 0;
  private fd: i32 = -1;

  /** Opens the set; null where the host has none, or it is in use already. `fdflags`: NONBLOCK, for `look`. */
  static open(fdflags: u32): PollDevice | null {
    const directory = deviceDirectory();
    if (directory == NO_DEVICE) return null;
    const rights = RIGHT_FD_READ | RIGHT_FD_WRITE;
    const errno = path_open(directory, 0, name, 4, 0, rights, 0, fdflags, result);
    if (errno != Errno.SUCCESS) return null;
    const device = new PollDevice();
    device.fd = load<i32>(result);
    return device;
  }

  /** Takes note that a subscription was added or changed (its clock, its userdata). */
  set(record: Subscription): void {
    this.note(record);
  }

  /** Takes note that a subscription is gone. Its fd may be closed, and used anew, before the next wait. */
  remove(record: Subscription): void {
    const change = this.note(record);
    // The marker lies in the padding behind the tag, which it must not touch.
    store<u32>(change, <u32>REMOVE, SUBSCRIPTION_REMOVE);
    store<u16>(change, <u16>(REMOVE >> 32), SUBSCRIPTION_REMOVE + 4);
  }

  /** Tells the changes, waits, and answers the number of events at `events`, DEVICE_EVENTS at most. */
  wait(events: usize): i32 {
    this.flush();
    while (true) {
      store<u32>(iovec, <u32>events);
      store<u32>(iovec, <u32>DEVICE_EVENTS * <u32>EVENT_SIZE, 4);
      const errno = fd_read(this.fd, iovec, 1, result);
      if (errno == Errno.SUCCESS) return load<u32>(result) / <u32>EVENT_SIZE;
      if (errno != Errno.INTR) fatal(`reading /dev/poll failed: ${errnoName(errno)}`);
    }
  }

  /** As `wait`, of a set that was opened non-blocking: what is ready now. */
  look(events: usize): i32 {
    this.flush();
    store<u32>(iovec, <u32>events);
    store<u32>(iovec, <u32>DEVICE_EVENTS * <u32>EVENT_SIZE, 4);
    const errno = fd_read(this.fd, iovec, 1, result);
    if (errno == Errno.SUCCESS) return load<u32>(result) / <u32>EVENT_SIZE;
    if (errno != Errno.AGAIN && errno != Errno.INTR) {
      fatal(`reading /dev/poll failed: ${errnoName(errno)}`);
    }
    return 0;
  }

  /** Tells the changes. */
  flush(): void {
    if (this.count > 0) this.tell();
  }

  /** Closes the set and gives the memory back. */
  free(): void {
    fd_close(this.fd);
    if (this.changes != 0) heap.free(this.changes);
    heap.free(changetype<usize>(this));
  }

  private note(record: Subscription): usize {
    if (this.count == this.capacity) this.grow();
    const change = this.changes + <usize>this.count * SUBSCRIPTION_SIZE;
    this.count++;
    memory.copy(change, changetype<usize>(record), SUBSCRIPTION_SIZE);
    return change;
  }

  private tell(): void {
    let done: u32 = 0;
    const size = <u32>this.count * <u32>SUBSCRIPTION_SIZE;
    while (done < size) {
      store<u32>(iovec, <u32>this.changes + done);
      store<u32>(iovec, size - done, 4);
      const errno = fd_write(this.fd, iovec, 1, result);
      if (errno == Errno.SUCCESS) done += load<u32>(result);
      else if (errno != Errno.INTR) fatal(`writing /dev/poll failed: ${errnoName(errno)}`);
    }
    this.count = 0;
  }

  private grow(): void {
    this.capacity += (this.capacity >> 1) + 16;
    const size = <usize>this.capacity * SUBSCRIPTION_SIZE;
    this.changes = this.changes == 0 ? heap.alloc(size) : heap.realloc(this.changes, size);
  }
}
