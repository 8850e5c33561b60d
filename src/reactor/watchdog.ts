// SPDX-License-Identifier: MIT
// Sees a guest that is busy for too long: `limits.turnMs`.

import { PolluxError } from '../../host/index.ts';
import type { Instance } from './instance.ts';
import type { Mode } from './options.ts';

const NS_PER_MS = 1e6;
/** It looks this many times in the time that a turn may take, so that an excess is seen soon after it. */
const LOOKS = 4;

/**
 * Looks after an instance until it is stopped. On a thread of its own a turn that takes longer than `turnMs` is
 * ended with ERR_LIMIT_TURN. In the app's own thread the turn is over when anybody can look: `slow` is told.
 */
export function watchTurns(
  instance: Instance,
  mode: Mode,
  turnMs: number,
  slow: (ms: number) => void,
): () => void {
  let seen = 0;
  const look = () => {
    const stats = instance.stats();
    if (stats === undefined) return;
    if (mode === 'worker' && stats.turnRunningNs > turnMs * NS_PER_MS) {
      instance.stop({ kind: 'limit', error: tooLong(turnMs) });
      return;
    }
    const { turn } = stats.refusedByLimit;
    if (turn > seen) slow(stats.lastSlowTurnNs / NS_PER_MS);
    seen = turn;
  };
  const timer = setInterval(look, Math.max(1, Math.floor(turnMs / LOOKS)));
  timer.unref();
  return () => clearInterval(timer);
}

function tooLong(turnMs: number): PolluxError {
  return new PolluxError(
    'ERR_LIMIT_TURN',
    `the guest was busy for more than the ${turnMs} ms that a turn may take; raise the limit if it needs them`,
  );
}
