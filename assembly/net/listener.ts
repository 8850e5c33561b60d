// SPDX-License-Identifier: MIT
// Accepts for the reactor: a bounded number of connections per turn, and a rest when the host is out
// of descriptors.

import { Interest } from '../reactor/interest';
import { Reactor } from '../reactor/reactor';
import { Timer } from '../reactor/timers';
import { NS_PER_MS } from '../wasi/clock';
import { Errno, errnoName } from '../wasi/errno';
import { accept } from '../wasi/socket';
import { logError } from '../wasi/stdio';
import { Connection } from './connection';

/** How long a listener rests without descriptors, unless a connection closes before. */
const REST_NS: u64 = 100 * NS_PER_MS;

/** One listening socket of a reactor. */
@final
export class Listener extends Timer {
  private resting: bool = false;

  constructor(
    readonly fd: i32,
    private factory: () => Connection,
  ) {
    super();
  }

  /** Accepts until none waits, at most `budget`; the level-triggered readiness brings the others. */
  acceptAll(reactor: Reactor, budget: i32): void {
    for (let i = 0; i < budget; i++) {
      const fd = accept(this.fd);
      if (fd >= 0) {
        reactor.adopt(this.factory(), fd);
        continue;
      }
      switch (-fd) {
        case Errno.AGAIN:
          return;
        // That one connection went away between the kernel's accept and ours; the next may be there.
        case Errno.CONNABORTED:
        case Errno.CONNRESET:
        case Errno.INTR:
        case Errno.PROTO:
          continue;
        // Level-triggered, the listener stays ready: asking again at once would spin.
        case Errno.MFILE:
        case Errno.NFILE:
        case Errno.NOBUFS:
        case Errno.NOMEM:
          this.rest(reactor);
          return;
        // The host takes the listener away (EINVAL: it was shut down). Connections go on.
        default:
          if (-fd != Errno.INVAL) logError('pollux: accept failed: ' + errnoName(-fd));
          reactor.dropListener(this);
          return;
      }
    }
  }

  /** A connection has closed, so a descriptor is free again. */
  wake(reactor: Reactor): void {
    if (!this.resting) return;
    this.resting = false;
    reactor.cancel(this);
    reactor.watch(this.fd, Interest.READ);
  }

  onTimer(): void {
    this.wake(Reactor.current!);
  }

  private rest(reactor: Reactor): void {
    this.resting = true;
    reactor.watch(this.fd, Interest.NONE);
    reactor.schedule(this, REST_NS);
  }
}
