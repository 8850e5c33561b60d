// SPDX-License-Identifier: MIT
// Timers alone, without a listener: some are moved, one is cleared, one is armed again by itself.

import { log, now, Reactor, Timer } from 'pollux/assembly';

const reactor = new Reactor();
const start = now();

class Named extends Timer {
  constructor(
    readonly name: string,
    private again: i32 = 0,
  ) {
    super();
  }

  onTimer(): void {
    log(`${this.name} after ${(now() - start) / 1_000_000} ms`);
    if (this.again-- > 0) reactor.setTimer(this, 0);
  }
}

const cleared = new Named('cleared');
const moved = new Named('moved');
reactor.setTimer(new Named('third'), 30_000_000);
reactor.setTimer(moved, 1_000_000);
reactor.setTimer(cleared, 5_000_000);
reactor.setTimer(new Named('first', 2), 10_000_000);
reactor.setTimer(moved, 20_000_000);
reactor.clearTimer(cleared);
reactor.clearTimer(cleared);
reactor.run();
log('run returned');
