// SPDX-License-Identifier: MIT
// Registrations by slot, and the tokens that subscriptions carry as userdata. A token is a slot and
// its generation: once the registration has ended, no event finds the next owner of the slot.
//
//    63                              32 31                               0
//    ├────────────────────────────────┼──────────────────────────────────┤
//    │           generation           │               slot               │
//    └────────────────────────────────┴──────────────────────────────────┘

/** One registered fd. */
@unmanaged
export class Registration {
  fd: i32;
  generation: u32;
  /** Positions of its subscriptions, ABSENT where it has none. In a free slot, the next free one. */
  readAt: i32;
  writeAt: i32;
}

const REGISTRATION_SIZE: usize = 16;
if (offsetof<Registration>() != 16) ERROR('a registration has 16 bytes');

/** No position, no slot. */
export const ABSENT: i32 = -1;

/** The table of registrations. Slots are small numbers, taken again once they are free. */
@unmanaged
@final
export class SlotTable {
  private base: usize = 0;
  private capacity: i32 = 0;
  private firstFree: i32 = ABSENT;
  /** Slots ever used: all are below it. */
  size: i32 = 0;

  /** Takes a slot for `fd`. Registrations that were looked up before may have moved. */
  take(fd: i32): i32 {
    let slot = this.firstFree;
    if (slot == ABSENT) {
      slot = this.size++;
      if (slot == this.capacity) this.grow();
      this.at(slot).generation = 0;
    } else {
      this.firstFree = this.at(slot).readAt;
    }
    const registration = this.at(slot);
    registration.fd = fd;
    registration.readAt = ABSENT;
    registration.writeAt = ABSENT;
    return slot;
  }

  /** Ends the registration at `slot`; its tokens are stale from now on. */
  give(slot: i32): void {
    const registration = this.at(slot);
    registration.generation++;
    registration.fd = ABSENT;
    registration.writeAt = ABSENT;
    registration.readAt = this.firstFree;
    this.firstFree = slot;
  }

  /** The registration at `slot`. Valid until the next `take`. */
  @inline
  at(slot: i32): Registration {
    return changetype<Registration>(this.base + <usize>slot * REGISTRATION_SIZE);
  }

  @inline
  token(slot: i32): u64 {
    return ((<u64>this.at(slot).generation) << 32) | <u64>slot;
  }

  /** The slot of a token, or ABSENT where the token is stale. */
  @inline
  find(token: u64): i32 {
    const slot = <i32>token;
    return this.at(slot).generation == <u32>(token >> 32) ? slot : ABSENT;
  }

  /** Gives the memory back. */
  free(): void {
    if (this.base != 0) heap.free(this.base);
    heap.free(changetype<usize>(this));
  }

  private grow(): void {
    this.capacity += (this.capacity >> 1) + 16;
    const size = <usize>this.capacity * REGISTRATION_SIZE;
    this.base = this.base == 0 ? heap.alloc(size) : heap.realloc(this.base, size);
  }
}
