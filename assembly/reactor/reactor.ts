// SPDX-License-Identifier: MIT
// The event loop: waits for listeners, connections and timers, and calls them. One pass is a turn.

import { Connection } from '../net/connection';
import { Listener } from '../net/listener';
import { listenerNamed } from '../net/listeners';
import { monotonicNow } from '../wasi/clock';
import { fail } from '../wasi/stdio';
import { Interest } from './interest';
import { Selector } from './selector';
import { Timer, Timers } from './timers';

/** Connections that one listener may accept in one turn. */
const ACCEPTS_PER_TURN = 64;

/**
 * Runs listeners, connections and timers on one thread.
 *
 * ```ts
 * const reactor = new Reactor();
 * reactor.listen('', () => new Echo());
 * reactor.run();
 * ```
 * `run` returns after `stop`, or when nothing is left to wait for.
 */
@final
export class Reactor {
  /** The one whose turn it is; a guest has no threads. */
  static current: Reactor | null = null;

  /** ns on the monotonic clock when this turn began; kept only while there are timers. */
  turnTime: u64 = 0;
  /** How many connections are open. */
  connections: i32 = 0;

  private selector: Selector<Connection | null> = new Selector<Connection | null>();
  private listeners: Array<Listener> = [];
  private timers: Timers = new Timers();
  /** Connections that closed in this turn and have not been told. */
  private closed: Array<Connection> = [];
  private stopped: bool = false;

  /**
   * Serves the listener of that name with what `factory` makes, one for each connection; '' is the
   * first listener. A wrong name ends the guest with a message.
   */
  listen(name: string, factory: () => Connection): void {
    const fd = listenerNamed(name);
    if (this.selector.isRegistered(fd)) {
      fail("listen('" + name + "'): fd " + fd.toString() + ' is served already');
    }
    this.listeners.push(new Listener(fd, factory));
    this.selector.register(fd, Interest.READ, null);
  }

  /** Makes an open, non-blocking stream socket a connection of this reactor. */
  adopt(connection: Connection, fd: i32): void {
    this.connections++;
    this.selector.register(fd, Interest.READ, connection);
    connection.open(this, fd);
  }

  /** Calls the timer in `ns` nanoseconds, once. */
  schedule(timer: Timer, ns: u64): void {
    this.scheduleAt(timer, this.now() + ns);
  }

  /** Calls the timer when the monotonic clock reaches `deadline`, once. */
  scheduleAt(timer: Timer, deadline: u64): void {
    this.timers.schedule(timer, deadline);
  }

  cancel(timer: Timer): void {
    this.timers.cancel(timer);
  }

  /** ns on the monotonic clock, now. */
  now(): u64 {
    return monotonicNow();
  }

  /** Lets `run` return at the end of this turn. Open connections stay open; `run` may be called again. */
  stop(): void {
    this.stopped = true;
  }

  /** Turns until `stop`, or until no listener, no connection and no timer is left. */
  run(): void {
    this.stopped = false;
    while (!this.stopped && (this.selector.length > 0 || this.timers.length > 0)) this.turn();
  }

  private turn(): void {
    Reactor.current = this;
    const selector = this.selector;
    const timers = this.timers;
    const count = timers.length > 0 ? selector.selectUntil(timers.next) : selector.select();
    // The clock is read only where a timer may need it.
    if (timers.length > 0) this.turnTime = this.now();
    for (let i = 0; i < count; i++) {
      const ready = selector.ready(i);
      if (ready == Interest.NONE) continue; // closed by an earlier one of this turn
      const connection = selector.data(i);
      if (connection !== null) connection.onReady(ready);
      else this.accept(selector.fd(i));
    }
    if (timers.length > 0) timers.fire(this.turnTime);
    if (this.closed.length > 0) this.tellClosed();
  }

  private accept(fd: i32): void {
    for (let i = 0; i < this.listeners.length; i++) {
      const listener = this.listeners[i];
      if (listener.fd == fd) {
        listener.acceptAll(this, ACCEPTS_PER_TURN);
        return;
      }
    }
  }

  private tellClosed(): void {
    // onClose may close others, which are then told in this same loop.
    for (let i = 0; i < this.closed.length; i++) this.closed[i].finishClose();
    this.closed.length = 0;
    for (let i = 0; i < this.listeners.length; i++) this.listeners[i].wake(this);
  }

  // ---- for connections and listeners ----

  /** @internal */
  @inline
  watch(fd: i32, interest: u32): void {
    if (this.selector.interest(fd) != interest) this.selector.modify(fd, interest);
  }

  /** @internal The connection is about to close its fd. */
  forget(connection: Connection): void {
    this.selector.unregister(connection.fd);
    this.connections--;
    this.closed.push(connection);
  }

  /** @internal */
  dropListener(listener: Listener): void {
    this.selector.unregister(listener.fd);
    const at = this.listeners.indexOf(listener);
    if (at >= 0) this.listeners.splice(at, 1);
  }
}
