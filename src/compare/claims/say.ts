// SPDX-License-Identifier: MIT
// How a claim's outcome is put: verdicts, numbers in sentences, and the two shapes of its charts.

import type { ClaimChart, Verdict } from '../result.ts';

/** All conditions hold, some do, or none. */
export function verdictOf(...conditions: readonly boolean[]): Verdict {
  if (conditions.every(Boolean)) return 'holds';
  return conditions.some(Boolean) ? 'holds in part' : 'does not hold';
}

/** A number as people read it: three digits, thousands apart. */
export function nice(value: number): string {
  if (value === 0 || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return Number(value.toPrecision(3)).toString();
}

/** `select 1.2, poll 3`. */
export function listed(names: readonly string[], values: readonly number[], unit = ''): string {
  return names.map((name, i) => `${name} ${nice(values[i] ?? Number.NaN)}${unit}`).join(', ');
}

type Series = Readonly<Record<string, readonly number[]>>;

const seriesOf = (series: Series) => Object.entries(series).map(([name, y]) => ({ name, y }));

/** Bars from zero; `axes` are the labels of x and y. */
export function bars(
  title: string,
  axes: readonly [string, string],
  x: readonly string[],
  series: Series,
): ClaimChart {
  const [xLabel, yLabel] = axes;
  const linear = { xScale: 'linear', yScale: 'linear' } as const;
  return { title, kind: 'bar', xLabel, yLabel, ...linear, x, series: seriesOf(series) };
}

/** Lines over a logarithmic x. */
export function lines(
  title: string,
  axes: readonly [string, string],
  yScale: ClaimChart['yScale'],
  x: readonly number[],
  series: Series,
): ClaimChart {
  const [xLabel, yLabel] = axes;
  const shape = { kind: 'line', xScale: 'log', yScale } as const;
  return { title, xLabel, yLabel, ...shape, x, series: seriesOf(series) };
}
