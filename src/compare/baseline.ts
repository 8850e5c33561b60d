// SPDX-License-Identifier: MIT
// An earlier result beside this one: what got better, what got worse.

import { readFileSync } from 'node:fs';
import { PolluxError } from '../../host/index.ts';
import type { Cell, Change, Comparison, Figure } from './result.ts';

/** A change below this is none, however calm the machine was. */
const LEAST = 0.05;

/**
 * Reads a file that --json has written, with messages of `size` bytes.
 *
 * @throws PolluxError ERR_COMPARE where it cannot be read, is none, or is of messages of another size.
 */
export function readBaseline(file: string, size: number): Comparison {
  let read: Partial<Comparison>;
  try {
    read = JSON.parse(readFileSync(file, 'utf8')) ?? {};
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new PolluxError('ERR_COMPARE', `the baseline ${file} cannot be read: ${why}`);
  }
  // What --chain writes has cells as well, of pairs.
  if (read.schema === 1 && Array.isArray(read.cells) && Array.isArray(read.scenarios)) {
    if (read.size === size) return read as Comparison;
    throw new PolluxError(
      'ERR_COMPARE',
      `the baseline ${file} is of messages of ${read.size} bytes: compare with --size ${read.size}`,
    );
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

/** It was measured before, and now it fails. */
function failed({ contender, scenario }: Cell, { rate }: NonNullable<Cell['figures']>): Change {
  const figures = { figure: 'rate', before: rate.median, now: 0, ratio: 0 } as const;
  return { contender, scenario, ...figures, verdict: 'worse' };
}

const exact = (value: number | undefined): Figure | undefined =>
  value === undefined ? undefined : { median: value, min: value, max: value, spread: 0 };

/**
 * All figures that both have. Ratios to native C are compared where both have them, since rates are the machine's;
 * else the rates. Where either is doubtful its times tell nothing, and the calls alone are compared: those are counted.
 */
export function compareWith(baseline: Comparison, cells: readonly Cell[]): readonly Change[] {
  return cells.flatMap((cell) => {
    const old = baseline.cells.find(
      ({ contender, scenario }) =>
        contender === cell.contender &&
        scenario.active === cell.scenario.active &&
        scenario.idle === cell.scenario.idle,
    );
    if (old === undefined) return [];
    if (old.figures !== undefined && cell.skipped !== undefined) return [failed(cell, old.figures)];
    const isSound = old.doubtful === undefined && cell.doubtful === undefined;
    const paired = old.toLimit !== null && cell.toLimit !== null;
    return [
      ...(isSound
        ? [
            paired
              ? change(cell, 'toLimit', old.toLimit, cell.toLimit)
              : change(cell, 'rate', old.figures?.rate, cell.figures?.rate),
            change(cell, 'cpuUs', old.figures?.cpuUs, cell.figures?.cpuUs),
          ]
        : []),
      change(
        cell,
        'syscalls',
        exact(old.perRequest?.syscallsTotal),
        exact(cell.perRequest?.syscallsTotal),
      ),
    ].filter((one) => one !== undefined);
  });
}
