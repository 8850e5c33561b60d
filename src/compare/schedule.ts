// SPDX-License-Identifier: MIT
// Which measurements are made, in which order, and how long they take.

import type { Entry } from './contenders.ts';
import type { Scenario } from './result.ts';

/** Beside the windows: start of the server, opening of connections, the end. s */
const OVERHEAD_S = 0.6;
const OPENED_A_SECOND = 8000;

/**
 * The scenarios of the lists: each count of active connections without idle ones (the first of `idle`), and
 * each count of idle ones beside `pivot` active ones (50, or the nearest); or all combinations.
 */
export function scenariosOf(
  active: readonly number[],
  idle: readonly number[],
  cross: boolean,
): readonly Scenario[] {
  const [first = 0] = idle;
  const pivot = [...active].sort((a, b) => Math.abs(a - 50) - Math.abs(b - 50))[0] ?? 50;
  const all = active.flatMap((a) => idle.map((i) => ({ active: a, idle: i })));
  return all.filter((one) => cross || one.idle === first || one.active === pivot);
}

/** One measurement to make. */
export interface Step {
  readonly entry: Entry;
  readonly scenario: Scenario;
  readonly round: number;
  /** Estimated, s. */
  readonly costS: number;
}

/** What a measurement takes whose windows take so long, estimated; s. */
export function stepS(windowS: number, idle: number): number {
  return windowS + OVERHEAD_S + idle / OPENED_A_SECOND;
}

/** Why this contender cannot hold so many connections. */
export function tooMany({ most }: Entry, { active, idle }: Scenario): string | undefined {
  if (most === undefined || active + idle <= most) return undefined;
  return `select holds 1,024 descriptors; ${active + idle} connections are too many.`;
}

/** All measurements: each repetition goes round all contenders of a scenario, so that ratios are paired. */
export function schedule(
  entries: readonly Entry[],
  scenarios: readonly Scenario[],
  repeat: number,
  windowS: number,
): readonly Step[] {
  const rounds = Array.from({ length: repeat }, (_, round) => round);
  return rounds.flatMap((round) =>
    scenarios.flatMap((scenario) =>
      entries
        .filter((entry) => tooMany(entry, scenario) === undefined)
        .map((entry) => {
          return { entry, scenario, round, costS: stepS(windowS, scenario.idle) };
        }),
    ),
  );
}
