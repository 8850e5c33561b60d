// SPDX-License-Identifier: MIT
// The loop of a server: one poll_oneoff a turn, then whatever is ready, then due timers, then the
// goodbyes of connections that were closed. All callbacks run inside it, one at a time.

import { connect } from '../net/connect';
import { Connection } from '../net/connection';
import { Listener } from '../net/listener';
import { selectListeners } from '../net/listeners';
import { now } from '../wasi/clock';
import { READ } from './interest';
import { Selector } from './selector';
import { Source } from './source';
import { Timer, TimerHeap } from './timers';

/**
 * Runs listeners, connections and timers.
 *
 * ```ts
 * const reactor = new Reactor();
 * reactor.listen('', () => new Echo());
 * reactor.run();
 * ```
 *
 * A turn costs one poll_oneoff, a readable connection one fd_read, a `write` one fd_write; the clock
 * is read once a turn while timers are armed, else never. Nothing is allocated but connections.
 */
export class Reactor {
  /** Connections that one listener accepts in a turn before others get theirs. */
  acceptBudget: i32 = 64;
  /** The monotonic clock when this turn began, in ns; kept up to date only while timers are armed. */
  turnTimeNs: u64 = 0;

  private readonly selector: Selector<Source> = new Selector<Source>();
  private readonly timers: TimerHeap = new TimerHeap();
  private stopped: bool = false;
  /** Connections whose onClose is due, in order. */
  private firstClosed: Connection | null = null;
  private lastClosed: Connection | null = null;

  /**
   * Serves the listeners that `name` means: '' all of them, a name of LISTEN_FDNAMES, or a number
   * counted from 0; where there is one listener alone, any name means it. Each accepted connection
   * gets a new object from `factory`, whose onOpen is then called.
   *
   * Ends the guest with a message where there is no such listener, or it is served already.
   */
  listen(name: string, factory: () => Connection): void {
    const chosen = selectListeners(name);
    for (let i = 0; i < chosen.length; i++) {
      this.add(new Listener(this, chosen[i].fd, factory), READ);
    }
  }

  /**
   * Connects to `name`, one that the host allows (`--connect NAME=HOST:PORT`), or `HOST/PORT`. What is
   * written to `connection` meanwhile is queued. Its onOpen is called once it is there; where it can't be
   * made, onClose alone, with the errno: NOENT for an unknown name, CONNREFUSED and the like.
   */
  connect(name: string, connection: Connection): void {
    connection.openConnecting(this, connect(name));
  }

  /** Calls `timer.onTimer` once, `delayNs` from now; a timer that is armed gets the new time. */
  setTimer(timer: Timer, delayNs: u64): void {
    const time = now();
    // Activity is stamped with the turn's time, which nobody kept up while no timer was armed.
    if (this.timers.length == 0) this.turnTimeNs = time;
    this.timers.set(timer, delayNs > u64.MAX_VALUE - time ? u64.MAX_VALUE : time + delayNs);
  }

  /** As `setTimer`, at a time of the monotonic clock, in ns. */
  setTimerAt(timer: Timer, deadlineNs: u64): void {
    this.timers.set(timer, deadlineNs);
  }

  /** Disarms `timer`; one that is not armed is ignored. */
  clearTimer(timer: Timer): void {
    this.timers.remove(timer);
  }

  /** Runs turns until `stop` is called, or nothing is left: no listener, no connection, no timer. */
  run(): void {
    this.stopped = false;
    this.sayGoodbyes();
    while (!this.stopped && (this.selector.size > 0 || this.timers.length > 0)) this.turn();
  }

  /** Ends `run` after this turn. Connections stay open. */
  stop(): void {
    this.stopped = true;
  }

  /** Waits once and deals with what is ready. */
  turn(): void {
    const set = this.selector.set;
    const timed = this.timers.length > 0;
    set.waitUntil(timed ? this.timers.deadlineNs : u64.MAX_VALUE);
    if (timed) this.turnTimeNs = now();
    while (set.next()) this.selector.data.onReady(set.readiness, set.error);
    if (timed) this.runTimers();
    if (this.firstClosed !== null) this.sayGoodbyes();
  }

  /** Begins to wait for `source.fd`. For sources. */
  add(source: Source, interest: u32): void {
    this.selector.register(source.fd, interest, source);
  }

  /** Waits for something else on `source.fd`. For sources. */
  modify(source: Source, interest: u32): void {
    this.selector.modify(source.fd, interest);
  }

  /** Ends to wait for `source.fd`, which may then be closed. For sources. */
  remove(source: Source): void {
    this.selector.unregister(source.fd);
  }

  /** Takes note that `connection` is closed; its onClose is called at the end of the turn. */
  noteClosed(connection: Connection): void {
    const last = this.lastClosed;
    if (last === null) this.firstClosed = connection;
    else last.nextClosed = connection;
    this.lastClosed = connection;
  }

  /**
   * A timer armed in here is due later than this turn began, so each runs once at most. Times come
   * from the turn's beginning: never early, and late by what the callbacks took.
   */
  private runTimers(): void {
    const time = this.turnTimeNs;
    while (true) {
      const timer = this.timers.takeDue(time);
      if (timer === null) return;
      timer.onTimer();
    }
  }

  /** onClose may close other connections, which come to the end of the list. */
  private sayGoodbyes(): void {
    while (true) {
      const connection = this.firstClosed;
      if (connection === null) return;
      const next = connection.nextClosed;
      connection.nextClosed = null;
      this.firstClosed = next;
      if (next === null) this.lastClosed = null;
      connection.onClose(connection.closeErrno);
    }
  }
}
