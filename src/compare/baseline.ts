// SPDX-License-Identifier: MIT
// An earlier result beside this one: what got better, what got worse.

import { readFileSync } from 'node:fs';
import { PolluxError } from '../../host/index.ts';
import type { Cell, Change, Comparison, Figure } from './result.ts';

/** A change below this is none, however calm the machine was. */
const LEAST = 0.05;

/**
 * Reads a file that --json has written.
 *
 * @throws PolluxError ERR_COMPARE where it cannot be read, or is none.
 */
export function readBaseline(file: string): Comparison {
  try {
    const read = JSON.parse(readFileSync(file, 'utf8')) as Partial<Comparison>;
    if (read.schema === 1 && Array.isArray(read.cells)) return read as Comparison;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new PolluxError('ERR_COMPARE', `the baseline ${file} cannot be read: ${why}`);
  }
  throw new PolluxError(
    'ERR_COMPARE',
    `${file} is no result of pollux compare (schema 1): make one with --json ${file}`,
  );
}

function change(
  cell: Cell,
  figure: Change['figure'],
  before: Figure | null | undefined,
  now: Figure | null | undefined,
): Change | undefined {
  if (before == null || now == null || before.median === 0) return undefined;
  const ratio = now.median / before.median;
  const bound = Math.max(LEAST, before.spread, now.spread);
  const less = figure === 'cpuUs' || figure === 'syscalls';
  const better = less ? ratio < 1 - bound : ratio > 1 + bound;
  const worse = less ? ratio > 1 + bound : ratio < 1 - bound;
  return {
    ...{ contender: cell.contender, scenario: cell.scenario, figure },
    ...{ before: before.median, now: now.median, ratio },
    verdict: better ? 'better' : worse ? 'worse' : 'same',
  };
}

const exact = (value: number | undefined): Figure | undefined =>
  value === undefined ? undefined : { median: value, min: value, max: value, spread: 0 };

/** All figures that both have. Ratios to native C are compared where both have them, since rates are the
 * machine's; else the rates. */
export function compareWith(baseline: Comparison, cells: readonly Cell[]): readonly Change[] {
  return cells.flatMap((cell) => {
    const old = baseline.cells.find(
      ({ contender, scenario }) =>
        contender === cell.contender &&
        scenario.active === cell.scenario.active &&
        scenario.idle === cell.scenario.idle,
    );
    if (old === undefined) return [];
    const paired = old.toLimit !== null && cell.toLimit !== null;
    return [
      paired
        ? change(cell, 'toLimit', old.toLimit, cell.toLimit)
        : change(cell, 'rate', old.figures?.rate, cell.figures?.rate),
      change(cell, 'cpuUs', old.figures?.cpuUs, cell.figures?.cpuUs),
      change(
        cell,
        'syscalls',
        exact(old.perRequest?.syscallsTotal),
        exact(cell.perRequest?.syscallsTotal),
      ),
    ].filter((one) => one !== undefined);
  });
}
