// SPDX-License-Identifier: MIT
// Medians, spreads and paired ratios.

import type { Cell, Figure } from './result.ts';

/** NaN of an empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The figure over all repetitions; null where there is none. */
export function figureOf(values: readonly number[]): Figure | null {
  if (values.length === 0) return null;
  const [middle, min, max] = [median(values), Math.min(...values), Math.max(...values)];
  return { median: middle, min, max, spread: middle === 0 ? 0 : (max - min) / Math.abs(middle) };
}

/** How far the rates of a cell's repetitions lie apart, `12%`; '' where there is one alone, which does not tell. */
export function spreadText({ figures, samples }: Cell): string {
  const taken = samples.filter((sample) => sample !== null).length;
  return figures === undefined || taken < 2 ? '' : `${Math.round(figures.rate.spread * 100)}%`;
}

/**
 * The ratio within each repetition, and then over all: both sides were measured seconds apart, so what the
 * machine did at that time touches both.
 */
export function pairedRatio(
  ours: readonly (number | null)[],
  theirs: readonly (number | null)[],
): Figure | null {
  return figureOf(
    ours.flatMap((value, i) => {
      const other = theirs[i];
      return value === null || other == null || other === 0 ? [] : [value / other];
    }),
  );
}
