// SPDX-License-Identifier: MIT
// A connection's timeout. Activity only leaves a stamp; the timer compares when it fires, and goes
// on for what is left. So a busy connection costs no heap operation per event.

import { Reactor } from '../reactor/reactor';
import { Timer } from '../reactor/timers';
import { Connection } from './connection';

@final
export class IdleTimer extends Timer {
  private period: u64 = 0;
  private last: u64 = 0;

  constructor(private connection: Connection) {
    super();
  }

  arm(reactor: Reactor, period: u64): void {
    this.period = period;
    this.last = reactor.now();
    if (period == 0) reactor.cancel(this);
    else reactor.scheduleAt(this, this.last + period);
  }

  disarm(reactor: Reactor): void {
    reactor.cancel(this);
  }

  /** Something came or went. */
  @inline
  touch(reactor: Reactor): void {
    this.last = reactor.turnTime;
  }

  onTimer(): void {
    const reactor = this.connection.reactor;
    const due = this.last + this.period;
    if (due > reactor.turnTime) {
      reactor.scheduleAt(this, due);
      return;
    }
    // Armed again first, so that onTimeout may call setTimeout or destroy as it likes.
    this.last = reactor.turnTime;
    reactor.scheduleAt(this, this.last + this.period);
    this.connection.onTimeout();
  }
}
