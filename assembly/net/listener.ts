// SPDX-License-Identifier: MIT
// Accepts connections for a Reactor, a bounded number each turn, and steps back while the machine
// has no room for more.

import { NONE, READ } from '../reactor/interest';
import { Reactor } from '../reactor/reactor';
import { Source } from '../reactor/source';
import { Timer } from '../reactor/timers';
import { Errno, errnoName } from '../wasi/errno';
import { logError } from '../wasi/output';
import { Connection } from './connection';
import { accept, setNonBlocking } from './socket';

/** How long a listener steps back for where there was no room for a connection. */
const RETRY_NS: u64 = 100_000_000;

class Retry extends Timer {
  constructor(private readonly listener: Listener) {
    super();
  }

  onTimer(): void {
    this.listener.resume();
  }
}

/** A listening socket and what makes its connections. `Reactor.listen` makes these. */
@final
export class Listener extends Source {
  private retry: Retry | null = null;

  constructor(
    private readonly reactor: Reactor,
    fd: i32,
    private readonly factory: () => Connection,
  ) {
    super();
    this.fd = fd;
    setNonBlocking(fd, true);
  }

  /**
   * Accepts until none is left or the budget is spent; readiness is level-triggered and reports the
   * rest. Errors that Linux passes on from the new connection cost that one alone: see accept(2).
   */
  onReady(readiness: u32, error: i32): void {
    for (let budget = this.reactor.acceptBudget; budget > 0; budget--) {
      const fd = accept(this.fd);
      if (fd >= 0) {
        this.factory().open(this.reactor, fd);
        continue;
      }
      switch (-fd) {
        case Errno.AGAIN:
          return;
        case Errno.MFILE:
        case Errno.NFILE:
        case Errno.NOBUFS:
        case Errno.NOMEM:
          this.pause();
          return;
        case Errno.INVAL: // the host lets no more in, as Linux does after shutdown(2) of a listener
          this.reactor.noteShutdown(this);
          return;
        case Errno.BADF:
        case Errno.NOTSOCK:
        case Errno.NOTSUP:
        case Errno.NOSYS:
        case Errno.NOTCAPABLE:
          logError(`pollux: listener fd ${this.fd} accepts nothing: ${errnoName(-fd)}`);
          this.reactor.remove(this);
          return;
      }
    }
  }

  /** Accepts again. */
  resume(): void {
    this.reactor.modify(this, READ);
  }

  /** The connection stays in the backlog, and the listener ready: waiting on it would spin. */
  private pause(): void {
    this.reactor.modify(this, NONE);
    let retry = this.retry;
    if (retry === null) {
      retry = new Retry(this);
      this.retry = retry;
    }
    this.reactor.setTimer(retry, RETRY_NS);
  }
}
