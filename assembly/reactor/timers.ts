// SPDX-License-Identifier: MIT
// Timers: a binary heap by deadline. Its top is the one clock that the reactor waits for.

/** Something to be done at a time. AssemblyScript has no closures: state lives in the subclass. */
export abstract class Timer {
  /** ns on the monotonic clock. */
  deadline: u64 = 0;
  /** Place in the heap, -1: not scheduled. */
  place: i32 = -1;

  /** Called once when the deadline has passed; it may schedule itself again. */
  abstract onTimer(): void;

  get isScheduled(): bool {
    return this.place >= 0;
  }
}

/** The heap. Scheduling and cancelling are O(log n); nothing is allocated but the array's growth. */
@final
export class Timers {
  private heap: Array<Timer> = [];

  @inline
  get length(): i32 {
    return this.heap.length;
  }

  /** The next deadline; only where there is one. */
  @inline
  get next(): u64 {
    return unchecked(this.heap[0]).deadline;
  }

  /** Schedules, or moves one that is scheduled. */
  schedule(timer: Timer, deadline: u64): void {
    const old = timer.deadline;
    timer.deadline = deadline;
    if (timer.place < 0) {
      timer.place = this.heap.push(timer) - 1;
      this.up(timer.place);
    } else if (deadline < old) {
      this.up(timer.place);
    } else {
      this.down(timer.place);
    }
  }

  /** Cancelling one that is not scheduled is no error. */
  cancel(timer: Timer): void {
    const place = timer.place;
    if (place < 0) return;
    timer.place = -1;
    const last = this.heap.pop();
    if (last === timer) return;
    this.put(last, place);
    this.up(place);
    this.down(last.place);
  }

  /** Fires what is due at `now`, in order of deadline. One that reschedules itself for now waits its turn. */
  fire(now: u64): void {
    // Bounded by what was there: a timer that is always due again must not hold the loop for ever.
    for (let left = this.heap.length; left > 0 && this.heap.length > 0; left--) {
      const timer = unchecked(this.heap[0]);
      if (timer.deadline > now) return;
      this.cancel(timer);
      timer.onTimer();
    }
  }

  private put(timer: Timer, place: i32): void {
    unchecked((this.heap[place] = timer));
    timer.place = place;
  }

  private up(place: i32): void {
    const timer = unchecked(this.heap[place]);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = unchecked(this.heap[parent]);
      if (above.deadline <= timer.deadline) break;
      this.put(above, place);
      place = parent;
    }
    this.put(timer, place);
  }

  private down(place: i32): void {
    const timer = unchecked(this.heap[place]);
    const length = this.heap.length;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= length) break;
      if (
        child + 1 < length &&
        unchecked(this.heap[child + 1]).deadline < unchecked(this.heap[child]).deadline
      ) {
        child++;
      }
      const below = unchecked(this.heap[child]);
      if (timer.deadline <= below.deadline) break;
      this.put(below, place);
      place = child;
    }
    this.put(timer, place);
  }
}
