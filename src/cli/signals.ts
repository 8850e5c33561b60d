// SPDX-License-Identifier: MIT
// What Ctrl-C, SIGTERM and SIGHUP do to a run: the first ends it in order, a second one at once; SIGHUP
// loads the module anew.

import { catchSignals, releaseSignals } from '../../host/index.ts';
import type { Reactor } from '../index.ts';
import { say } from './output.ts';
import { hasTerminal } from './terminal.ts';
import { reload } from './watch.ts';

const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

/** What `catchEndings` is given. */
export interface SignalOptions {
  readonly file: string;
  /** A guest without listeners has nothing to drain: a signal ends it at once. */
  readonly listens: boolean;
  /** For the statistics, a guest that would be ended is stopped. */
  readonly stats: boolean;
  readonly drainMs: number;
}

/**
 * Catches the signals for as long as the reactor runs. Answers a function that gives them back, and tells the
 * number of the one that came; 0: none.
 */
export function catchEndings(reactor: Reactor, options: SignalOptions): () => number {
  if (!options.listens && !options.stats) return () => 0;
  let release = reactor.mode === 'blocking' ? natively(reactor, options) : byNode(reactor, options);
  if (reactor.mode === 'blocking') {
    const reloads = onHangup(reactor, options.file);
    reactor.on('hangup', reloads);
    // The guest that blocked this thread was replaced, and is done: Node hears of signals again.
    reactor.on('ready', ({ generation }) => {
      if (generation !== 2) return;
      release();
      release = byNode(reactor, options);
    });
  }
  return () => release();
}

/**
 * SIGHUP of a service means: load the module anew. It is also what a terminal sends that was closed, and
 * then it ends the run as the other signals do.
 */
function onHangup(reactor: Reactor, file: string): () => void {
  const had = hasTerminal();
  return () => {
    if (had && !hasTerminal()) process.kill(process.pid, 'SIGTERM');
    else void reload(reactor, file);
  };
}

/** While a guest blocks the thread, no handler of Node's would run. */
function natively(reactor: Reactor, { listens, drainMs }: SignalOptions): () => number {
  for (const id of reactor.ids) catchSignals(id, listens ? drainMs : -1, `${notice(drainMs)}\n`);
  return releaseSignals;
}

function byNode(reactor: Reactor, { file, listens, drainMs }: SignalOptions): () => number {
  let signal = 0;
  const hangup = onHangup(reactor, file);
  const ending = (name: keyof typeof NUMBERS) => {
    signal = NUMBERS[name];
    // The next one has its default action.
    release();
    if (!listens) void reactor.close();
    else {
      say(notice(drainMs));
      void reactor.drain({ timeout: drainMs });
    }
  };
  const release = () => {
    process.off('SIGINT', ending).off('SIGTERM', ending).off('SIGHUP', hangup);
    return signal;
  };
  process.on('SIGINT', ending).on('SIGTERM', ending).on('SIGHUP', hangup);
  return release;
}

function notice(drainMs: number): string {
  return `pollux: draining: open connections have ${drainMs / 1000} s to end; again to end them at once`;
}
