// SPDX-License-Identifier: MIT
// Timers in the order of their deadlines: a binary heap, of which the Reactor gives the earliest
// deadline to the host as one clock subscription.

/**
 * Something to do at a time. A subclass holds what it needs in its fields; `Reactor.setTimer` arms it.
 */
export abstract class Timer {
  /** When it is due, on the monotonic clock. Belongs to the heap. */
  deadlineNs: u64 = 0;
  /** Where it is in the heap, -1 when it is not armed. Belongs to the heap. */
  position: i32 = -1;

  /** Whether it is waiting for its time. */
  get armed(): bool {
    return this.position >= 0;
  }

  /** Called once when the time has come, never before it; the timer may be armed again in it. */
  abstract onTimer(): void;
}

/** Armed timers, the earliest first. */
@final
export class TimerHeap {
  private readonly timers: Array<Timer> = [] as Timer[];

  get length(): i32 {
    return this.timers.length;
  }

  /** The earliest deadline, u64.MAX_VALUE where no timer is armed. */
  get deadlineNs(): u64 {
    return this.timers.length == 0 ? u64.MAX_VALUE : unchecked(this.timers[0]).deadlineNs;
  }

  /** Arms `timer`, or moves it if it is armed. */
  set(timer: Timer, deadlineNs: u64): void {
    timer.deadlineNs = deadlineNs;
    if (timer.position < 0) {
      timer.position = this.timers.length;
      this.timers.push(timer);
    }
    this.settle(timer);
  }

  /** Disarms `timer`; one that is not armed is ignored. */
  remove(timer: Timer): void {
    const position = timer.position;
    if (position < 0) return;
    timer.position = -1;
    const last = this.timers.pop();
    if (last === timer) return;
    this.place(last, position);
    this.settle(last);
  }

  /** Takes the earliest timer out if it is due at `nowNs`, else null. */
  takeDue(nowNs: u64): Timer | null {
    if (this.deadlineNs > nowNs) return null;
    const timer = unchecked(this.timers[0]);
    this.remove(timer);
    return timer;
  }

  /** Moves `timer` up or down to where its deadline belongs. */
  private settle(timer: Timer): void {
    let position = timer.position;
    while (position > 0) {
      const above = (position - 1) >> 1;
      const parent = unchecked(this.timers[above]);
      if (parent.deadlineNs <= timer.deadlineNs) break;
      this.place(parent, position);
      position = above;
    }
    const length = this.timers.length;
    while (true) {
      let below = 2 * position + 1;
      if (below >= length) break;
      if (
        below + 1 < length &&
        unchecked(this.timers[below + 1]).deadlineNs < unchecked(this.timers[below]).deadlineNs
      ) {
        below++;
      }
      const child = unchecked(this.timers[below]);
      if (child.deadlineNs >= timer.deadlineNs) break;
      this.place(child, position);
      position = below;
    }
    this.place(timer, position);
  }

  private place(timer: Timer, position: i32): void {
    unchecked((this.timers[position] = timer));
    timer.position = position;
  }
}
