// SPDX-License-Identifier: MIT
// Samples as one cell: medians, paired ratios, counters a request, and whether it all means something.

import { DISTURBED } from './measure.ts';
import type { Cell, Contender, Figure, FigureName, Sample, Scenario } from './result.ts';
import { figureOf, median, pairedRatio } from './statistics.ts';

/** From which spread of the rate its median says little. */
export const DOUBTFUL_SPREAD = 0.3;
/** The load generator was the limit: it was busy, and more so than the server. */
const LOAD_BOUND = 0.9;

/** A cell while it is filled. */
export interface OpenCell {
  readonly contender: Contender;
  readonly scenario: Scenario;
  readonly samples: (Sample | null)[];
  skipped?: string;
}

const FIGURES: readonly Exclude<FigureName, 'idleBytes'>[] = [
  ...(['requests', 'rate', 'p50Us', 'p99Us', 'errors', 'cpuUs', 'userUs', 'systemUs'] as const),
  ...(['serverBusy', 'loadBusy', 'foreign', 'voluntary', 'involuntary', 'memoryBytes'] as const),
];

const taken = (cell: OpenCell) => cell.samples.filter((sample) => sample !== null);
const rates = (cell: OpenCell | undefined) => cell?.samples.map((one) => one?.rate ?? null) ?? [];

function figuresOf(samples: readonly Sample[]): Cell['figures'] {
  if (samples.length === 0) return undefined;
  const figures = Object.fromEntries(
    FIGURES.map((name) => [name, figureOf(samples.map((sample) => sample[name]))]),
  ) as Record<(typeof FIGURES)[number], Figure>;
  const idle = samples.flatMap(({ idleBytes }) => (idleBytes === null ? [] : [idleBytes]));
  return { ...figures, idleBytes: figureOf(idle) };
}

/** Medians of the host's counters, a request. */
export function perRequest(samples: readonly Sample[]): Cell['perRequest'] {
  const counted = samples.flatMap((sample) => {
    const { host, requests } = sample;
    return host === undefined || requests === 0 ? [] : [{ host, requests }];
  });
  if (counted.length === 0) return undefined;
  type Counted = (typeof counted)[number];
  const each = (of: (one: Counted) => number) => median(counted.map(of));
  const kinds = new Set(counted.flatMap(({ host }) => Object.keys(host.syscalls)));
  const calls = [...kinds].map((kind) => {
    return [kind, each(({ host, requests }) => (host.syscalls[kind] ?? 0) / requests)] as const;
  });
  const total = (host: Counted['host']) => Object.values(host.syscalls).reduce((a, b) => a + b, 0);
  const scanned = counted.every(({ host }) => host.fdsScanned > 0);
  const waited = counted.every(({ host }) => host.waits > 0);
  return {
    waits: each(({ host, requests }) => host.waits / requests),
    events: each(({ host, requests }) => host.events / requests),
    fdsToKernel: each(({ host, requests }) => host.fdsToKernel / requests),
    fdsScanned: each(({ host, requests }) => host.fdsScanned / requests),
    interestBytes: each(({ host, requests }) => host.interestBytes / requests),
    syscalls: Object.fromEntries(calls.sort(([, a], [, b]) => b - a)),
    syscallsTotal: each(({ host, requests }) => total(host) / requests),
    hitRate: scanned
      ? Math.min(
          1,
          each(({ host }) => host.events / host.fdsScanned),
        )
      : null,
    fdsPerWait: waited ? each(({ host }) => host.fdsToKernel / host.waits) : null,
  };
}

function doubt(samples: readonly Sample[]): string | undefined {
  const rate = figureOf(samples.map((sample) => sample.rate));
  const foreign = median(samples.map((sample) => sample.foreign));
  const errors = samples.reduce((sum, sample) => sum + sample.errors, 0);
  if (errors > 0) return `${errors} connections or answers failed.`;
  if (rate !== null && rate.spread > DOUBTFUL_SPREAD)
    return `The rate spreads by ${Math.round(rate.spread * 100)}% over the repetitions.`;
  if (foreign > DISTURBED)
    return `Other programs took ${Math.round(foreign * 100)}% of a core meanwhile.`;
  return undefined;
}

/** The cell as the file has it, with those of the native limit and of node:net in the same scenario. */
export function closeCell(
  cell: OpenCell,
  limit: OpenCell | undefined,
  node: OpenCell | undefined,
): Cell {
  const samples = taken(cell);
  const figures = figuresOf(samples);
  const counters = perRequest(samples);
  const doubtful = doubt(samples);
  const busy = figures?.loadBusy.median ?? 0;
  return {
    contender: cell.contender.name,
    scenario: cell.scenario,
    samples: cell.samples,
    ...(figures ? { figures } : {}),
    toLimit: pairedRatio(rates(cell), rates(limit)),
    toNode: pairedRatio(rates(cell), rates(node)),
    ...(counters ? { perRequest: counters } : {}),
    ...(cell.skipped !== undefined ? { skipped: cell.skipped } : {}),
    ...(doubtful !== undefined ? { doubtful } : {}),
    loadBound: busy >= LOAD_BOUND && busy > (figures?.serverBusy.median ?? 0),
  };
}
