// SPDX-License-Identifier: MIT
// The article's claims, each measured, with a verdict.

import { PolluxError } from '../../../host/index.ts';
import type { Claim } from '../result.ts';
import { asynchronous, fewAndActive } from './activity.ts';
import { limitOfSelect, noLeak } from './capacity.ts';
import type { ClaimTest, MeasuringContext } from './context.ts';
import { drain, triggers } from './edge.ts';
import { busyWaiting, oneAtATime, oneConnection } from './models.ts';
import { copies, hitRate, scans } from './sets.ts';

/** All claims, by number. */
export const CLAIMS: readonly ClaimTest[] = [
  ...[copies, scans, limitOfSelect, hitRate, fewAndActive, noLeak],
  ...[busyWaiting, oneAtATime, oneConnection, asynchronous, drain, triggers],
];

/** Measures them in turn; one that fails is told as not measured, with the reason. */
export async function measureClaims(
  context: MeasuringContext,
  signal: AbortSignal,
  onClaim: (claim: ClaimTest, done: readonly Claim[]) => void,
): Promise<readonly Claim[]> {
  const claims: Claim[] = [];
  for (const test of CLAIMS) {
    const { number, title } = test;
    const blank = { number, title, verdict: 'not measured' } as const;
    const early = {
      ...blank,
      figure: 'It was not reached.',
      why: 'The comparison was ended before.',
    };
    if (signal.aborted) {
      claims.push(early);
      continue;
    }
    onClaim(test, claims);
    try {
      const outcome = await test.measure(context);
      const doubtful = context.takeDoubt();
      claims.push({ number, title, ...outcome, ...(doubtful ? { doubtful } : {}) });
    } catch (error) {
      if (signal.aborted) claims.push(early);
      else if (error instanceof PolluxError)
        claims.push({ ...blank, figure: 'It could not be measured.', why: error.message });
      else throw error;
    }
  }
  return claims;
}
