// SPDX-License-Identifier: MIT
// A comparison: all measurements in their order, until they are done or the user has enough.

import { PolluxError } from '../../host/index.ts';
import { closeCell, type OpenCell } from './cells.ts';
import type { Entry } from './contenders.ts';
import { calmest, type Settings } from './measure.ts';
import type { Cell, Scenario } from './result.ts';
import { type Step, schedule, tooMany } from './schedule.ts';

/** What is going on, for a progress bar and a live table. */
export interface Progress {
  /** Estimated seconds of work, done and all. */
  readonly doneS: number;
  readonly totalS: number;
  /** What is measured now, `50 active, 0 idle: node-epoll (2 of 3)`; '' at the end. */
  readonly now: string;
  /** In which scenario; undefined for a claim. */
  readonly scenario?: Scenario;
  /** What was measured until now. */
  readonly cells: readonly Cell[];
}

export interface MatrixOptions {
  readonly entries: readonly Entry[];
  readonly scenarios: readonly Scenario[];
  readonly repeat: number;
  readonly settings: Settings;
  /** Aborted: what was measured until then is the result. */
  readonly signal: AbortSignal;
  /** Estimated seconds of what comes after the matrix. */
  readonly laterS: number;
  onProgress(progress: Progress): void;
}

const sameScenario = (a: Scenario, b: Scenario) => a.active === b.active && a.idle === b.idle;

function closeAll(cells: readonly OpenCell[]): readonly Cell[] {
  return cells.map((cell) => {
    const same = cells.filter((other) => sameScenario(other.scenario, cell.scenario));
    const limit = same.find(({ contender }) => contender.kind === 'limit');
    const node = same.find(({ contender }) => contender.name === 'node-net');
    return closeCell(cell, limit, node);
  });
}

/** Measures all; a contender that fails in a scenario is told there, and the others go on. */
export async function runMatrix(options: MatrixOptions): Promise<readonly Cell[]> {
  const { entries, scenarios, repeat, settings, signal, laterS, onProgress } = options;
  const cells = scenarios.flatMap((scenario) =>
    entries.map((entry): OpenCell => {
      const skipped = tooMany(entry, scenario);
      return {
        ...{ contender: entry, scenario, samples: [] },
        ...(skipped === undefined ? {} : { skipped }),
      };
    }),
  );
  const cellOf = ({ entry, scenario }: Step) =>
    cells.find((cell) => cell.contender === entry && cell.scenario === scenario) as OpenCell;
  const steps = schedule(entries, scenarios, repeat, settings.seconds + settings.warmup);
  const totalS = steps.reduce((sum, { costS }) => sum + costS, laterS);
  let doneS = 0;
  for (const step of steps) {
    if (signal.aborted) break;
    const { entry, scenario, round } = step;
    const cell = cellOf(step);
    const what = `${scenario.active} active, ${scenario.idle} idle: ${entry.name}`;
    const now = `${what} (${round + 1} of ${repeat})`;
    onProgress({ doneS, totalS, now, scenario, cells: closeAll(cells) });
    doneS += step.costS;
    if (cell.skipped !== undefined) continue;
    try {
      cell.samples.push(await calmest(entry, scenario, settings));
    } catch (error) {
      if (!(error instanceof PolluxError)) throw error;
      if (signal.aborted) break;
      cell.samples.push(null);
      cell.skipped = error.message;
    }
  }
  const closed = closeAll(cells);
  onProgress({ doneS, totalS, now: '', cells: closed });
  return closed;
}
