// SPDX-License-Identifier: MIT
// The loop of a server: one poll_oneoff a turn, then whatever is ready, then due timers, then the
// goodbyes of connections that were closed. All callbacks run inside it, one at a time.

import { connect } from '../net/connect';
import { Connection } from '../net/connection';
import { Listener } from '../net/listener';
import { selectListeners } from '../net/listeners';
import { fatal } from '../wasi/abort';
import { now } from '../wasi/clock';
import { proc_exit } from '../wasi/wasi_snapshot_preview1';
import { READ } from './interest';
import { Selector } from './selector';
import { Source } from './source';
import { Timer, TimerHeap } from './timers';

/** The Reactor of a reactor module, once it was told to run. */
let called: Reactor | null = null;

/** What a reactor module exports: see `Reactor.turnOnce`. */
export function turn(): i32 {
  const reactor = called;
  if (reactor === null)
    fatal('a reactor module must call run() of a Reactor when it is initialised');
  return reactor!.turnOnce();
}

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

  /** The host lets no more connections in: `run` returns once those that are open have ended. */
  draining: bool = false;

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

  /**
   * Runs turns until `stop` is called, or nothing is left: no listener, no connection, no timer; or, once the
   * host drains, no connection.
   *
   * In a reactor module (`pollux build --reactor`) it returns at once, and the host calls the turns: what
   * stands behind it runs before the first one.
   */
  run(): void {
    this.stopped = false;
    this.sayGoodbyes();
    if (isDefined(POLLUX_REACTOR)) {
      if (called !== null)
        fatal('a reactor module has one Reactor that runs, and this is the second');
      called = this;
      return;
    }
    while (this.lives) this.turn();
  }

  /** Ends `run` after this turn. Connections stay open. */
  stop(): void {
    this.stopped = true;
  }

  /** Waits once and deals with what is ready. */
  turn(): void {
    const timed = this.timers.length > 0;
    this.selector.set.waitUntil(timed ? this.timers.deadlineNs : u64.MAX_VALUE);
    this.handle(timed);
  }

  /**
   * Deals with what is ready, without waiting, and tells the host what is waited for. Answers the ms until the
   * next timer, -1 where there is none. Ends the guest where nothing is left. For `turn` of a reactor module.
   */
  turnOnce(): i32 {
    if (this.lives) {
      this.selector.set.look();
      this.handle(this.timers.length > 0);
    }
    if (!this.lives) proc_exit(0);
    this.selector.set.tell();
    if (this.timers.length == 0) return -1;
    const time = now();
    const deadline = this.timers.deadlineNs;
    if (deadline <= time) return 0;
    return <i32>min((deadline - time + 999_999) / 1_000_000, <u64>i32.MAX_VALUE);
  }

  /** Whether there is something to run for. */
  private get lives(): bool {
    return !this.stopped && (this.selector.size > 0 || (this.timers.length > 0 && !this.draining));
  }

  private handle(timed: bool): void {
    const set = this.selector.set;
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

  /**
   * The host lets no more connections in by `listener`; the open ones are told, and `run` returns once they
   * have ended. For listeners.
   */
  noteShutdown(listener: Source): void {
    this.remove(listener);
    if (this.draining) return;
    this.draining = true;
    const selector = this.selector;
    for (let slot = 0; slot < selector.slots; slot++) {
      if (selector.isTaken(slot)) selector.at(slot).onShutdown();
    }
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
