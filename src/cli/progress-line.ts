// SPDX-License-Identifier: MIT
// One line of a terminal that tells how far a command is: a bar, the time left, and what is done now.

import { Format, Presets } from 'cli-progress';
import type { Colors } from 'picocolors/types.js';

/** `1:05`. */
export function minutes(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** The line, which is never wider than the terminal: one that wraps could not be taken back. `share` is 0 to 1. */
export function progressLine(
  share: number,
  leftS: number,
  now: string,
  width: number,
  colors: Colors,
): string {
  const barsize = width < 100 ? 12 : 30;
  const bar = Format.BarFormat(share, {
    ...Presets.shades_classic,
    barsize,
    barCompleteString: '█'.repeat(barsize),
    barIncompleteString: '░'.repeat(barsize),
    barGlue: '',
  });
  const head = `${bar} ${Math.round(share * 100)}%, ${minutes(leftS)} left  `;
  const place = Math.max(0, width - head.length - 1);
  return `${head}${colors.dim(now.length > place ? `${now.slice(0, Math.max(0, place - 1))}…` : now)}`;
}
