// SPDX-License-Identifier: MIT
// Counters of several instances as one.

import type { HostStats } from '../../host/index.ts';

/** What a reactor did since it was started: the totals over all of its instances, those that ended included. */
export interface ReactorStats extends HostStats {
  /** Instances that run now, those that drain included. */
  readonly instances: number;
  /** Instances that were started in the place of one that failed. */
  readonly restarts: number;
  /** Modules that took another one's place. */
  readonly reloads: number;
  /** events / fdsToKernel, 0 to 1: which part of what was handed to the kernel turned out to be ready. */
  readonly hitRate: number;
}

/** Fields of which several instances have the greatest, and not the sum. */
const GREATEST: ReadonlySet<string> = new Set(['longestTurnNs', 'lastSlowTurnNs', 'turnRunningNs']);

type Value = number | string | boolean | readonly number[] | Readonly<Record<string, number>>;

/** Of a guest that has done nothing yet. */
const NOTHING: HostStats = {
  backend: '',
  waits: 0,
  wakeups: 0,
  events: 0,
  fdsToKernel: 0,
  fdsScanned: 0,
  interestBytes: 0,
  accepts: 0,
  openConnections: 0,
  descriptors: 0,
  draining: false,
  refusedByLimit: { connections: 0, descriptors: 0, acceptRate: 0, memory: 0, turn: 0 },
  acceptPauses: 0,
  turns: 0,
  turnNsTotal: 0,
  longestTurnNs: 0,
  lastSlowTurnNs: 0,
  turnRunningNs: 0,
  turnNs: [],
  bytesRead: 0,
  bytesWritten: 0,
  syscalls: {},
};

/** The sums, field by field. */
export function addStats(all: readonly HostStats[]): HostStats {
  const [first = NOTHING, ...others] = all;
  const sum: Record<string, Value> = { ...(first as unknown as Record<string, Value>) };
  for (const one of others) {
    for (const [name, value] of Object.entries(one as unknown as Record<string, Value>)) {
      sum[name] = add(name, sum[name], value);
    }
  }
  return sum as unknown as HostStats;
}

function add(name: string, a: Value | undefined, b: Value): Value {
  if (a === undefined || typeof b === 'string' || typeof b === 'boolean') return b;
  if (typeof b === 'number')
    return GREATEST.has(name) ? Math.max(a as number, b) : (a as number) + b;
  if (Array.isArray(b)) return b.map((count, at) => ((a as number[])[at] ?? 0) + count);
  const sums = { ...(a as Record<string, number>) };
  for (const [key, count] of Object.entries(b)) sums[key] = (sums[key] ?? 0) + count;
  return sums;
}

/** What `Totals` needs of a generation. */
interface Counted {
  readonly running: number;
  readonly restarts: number;
  allStats(): readonly HostStats[];
}

/** The totals of a reactor, those of generations that are gone included. */
export class Totals {
  reloads = 0;
  #restarts = 0;
  #past: HostStats[] = [];

  /** Takes over the counters of a generation that has ended. */
  keep(generation: Counted): void {
    this.#restarts += generation.restarts;
    this.#past.push(...generation.allStats());
    if (this.#past.length > 1) this.#past = [addStats(this.#past)];
  }

  /** All of it, with those that run now. */
  now(generations: readonly Counted[]): ReactorStats {
    const sum = addStats([...this.#past, ...generations.flatMap((one) => one.allStats())]);
    return {
      ...sum,
      instances: generations.reduce((count, { running }) => count + running, 0),
      restarts: generations.reduce((count, { restarts }) => count + restarts, this.#restarts),
      reloads: this.reloads,
      hitRate: sum.fdsToKernel === 0 ? 0 : Math.min(1, sum.events / sum.fdsToKernel),
    };
  }
}
