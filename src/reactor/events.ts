// SPDX-License-Identifier: MIT
// What a Reactor tells: typed events, also as messages of node:diagnostics_channel.

import type { GuestTrap } from '../../host/index.ts';
import type { Ending } from './ending.ts';

/** Which instance an event is about. */
export interface Which {
  /** Number of the instance, from 0 to `workers` - 1; one that is started again keeps it. */
  readonly instance: number;
  /** 1 for the first module, one more with each reload. */
  readonly generation: number;
}

/** An instance waits for its first event. */
export interface ReadyEvent extends Which {
  /** ms from the beginning of its start. */
  readonly startMs: number;
}

/** An instance ended. */
export interface ExitEvent extends Which {
  readonly ending: Ending;
  /** Whether another one takes its place. */
  readonly restarts: boolean;
}

/** An instance trapped; an `exit` event follows. */
export interface TrapEvent extends Which {
  readonly error: GuestTrap;
}

/** An instance will be started again. */
export interface RestartEvent extends Which {
  /** Restarts since it last ran for ten seconds, this one included. */
  readonly attempt: number;
  readonly delayMs: number;
  readonly ending: Ending;
}

/** A line of the guest, or a sentence of pollux about it. */
export interface LogEvent extends Which {
  readonly level: 'info' | 'warn' | 'error';
  /** Where the guest wrote it; undefined for what pollux says. */
  readonly stream: 'stdout' | 'stderr' | undefined;
  readonly message: string;
}

/** All instances of a generation drain. */
export interface DrainEvent {
  readonly generation: number;
  /** Open connections that are to be finished. */
  readonly connections: number;
}

/** An instance was busy for longer than `limits.turnMs`. */
export interface SlowTurnEvent extends Which {
  readonly turnMs: number;
}

/** The events of a Reactor, by name, with what a listener gets. */
export interface ReactorEvents {
  ready: [ReadyEvent];
  exit: [ExitEvent];
  trap: [TrapEvent];
  restart: [RestartEvent];
  log: [LogEvent];
  drain: [DrainEvent];
  'slow-turn': [SlowTurnEvent];
  /** Mode 'blocking': a SIGHUP came, while the CLI catches it. */
  hangup: [];
}

/**
 * Calls a function of the app, in the midst of what pollux or a guest does. What it throws is the app's uncaught
 * exception, as of any listener, and neither ends the guest nor keeps pollux from going on.
 */
export function callApp(call: () => void): void {
  try {
    call();
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}

/** Tells an event. */
export type Tell = <K extends Exclude<keyof ReactorEvents, 'hangup'>>(
  name: K,
  event: ReactorEvents[K][0],
) => void;
