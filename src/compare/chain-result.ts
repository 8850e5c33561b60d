// SPDX-License-Identifier: MIT
// What libevent's bench measured, as plain data: docs/bench-chain.md says what the figures mean.

import type { Figure } from './result.ts';

/** Who was measured: the guest under one runtime and backend, or the program in C on one mechanism. */
export interface ChainContender {
  /** `node-epoll`, `bun-io-uring`, `c-epoll`. */
  readonly name: string;
  readonly kind: 'guest' | 'limit';
  /** Name of the runtime as it was given, or `native`. */
  readonly runtime: string;
  readonly backend: string;
}

/** One process: the medians over its runs. */
export interface ChainSample {
  /** From the first byte sent until all had arrived, divided by their number, ns. */
  readonly nsPerEvent: number;
  /** The whole of a run, ns. */
  readonly ns: number;
  /** Bytes that arrived in a run: always `active` + `writes`. */
  readonly bytes: number;
  /** Reads that took them: fewer where a pair held several. */
  readonly reads: number;
}

/** One contender with one number of pairs. */
export interface ChainCell {
  readonly contender: string;
  readonly pairs: number;
  /** One a repetition, in order; null where that process failed or was not reached. */
  readonly samples: readonly (ChainSample | null)[];
  /** ns for each event, over the samples; null where there is none. */
  readonly nsPerEvent: Figure | null;
  /** The same as a ratio to C on epoll, paired within repetitions: 1 is as fast, 2 takes twice as long. */
  readonly toLimit: Figure | null;
  /** Why it was not measured, in its own words: the limit of select, for example. */
  readonly skipped?: string;
}

/** The whole of one comparison. */
export interface ChainResult {
  readonly schema: 1;
  /** ISO 8601. */
  readonly date: string;
  readonly active: number;
  readonly writes: number;
  /** Processes of each contender. */
  readonly repeat: number;
  /** Runs in each process. */
  readonly runs: number;
  readonly contenders: readonly ChainContender[];
  readonly pairs: readonly number[];
  readonly cells: readonly ChainCell[];
  /** Ended by its signal: what was measured until then is here. */
  readonly interrupted: boolean;
}
