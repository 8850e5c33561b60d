// SPDX-License-Identifier: MIT
// `pollux compare`: a comparison with a progress bar and a live table, and its files.

import { createLogUpdate } from 'log-update';
import { type CompareOptions, compare } from '../../compare/index.ts';
import type { Comparison } from '../../compare/result.ts';
import type { Progress } from '../../compare/run.ts';
import { columnsFor, report, scenarioTable } from '../../compare/table.ts';
import { checkWritable, untilInterrupted, writeJson, writeResult } from '../ending.ts';
import { colorsOf, print, say } from '../output.ts';
import { minutes, progressLine } from '../progress-line.ts';

/** What the command line adds to what is compared. */
export interface CompareFlags extends Omit<CompareOptions, 'guest' | 'command'> {
  readonly json: string | undefined;
  readonly html: string | undefined;
}

/** Status where --baseline tells of something worse, or where nothing could be measured. */
const FAILED = 1;

/** A word as a shell takes it back. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Shows how far it is: on a terminal as a bar under the table of what is measured now, else as lines. */
async function display() {
  const colors = await colorsOf('stderr');
  if (!process.stderr.isTTY) {
    return {
      show: ({ now, doneS, totalS }: Progress) => {
        if (now !== '') say(`${minutes(totalS - doneS)} left: ${now}`);
      },
      done: () => {},
    };
  }
  const update = createLogUpdate(process.stderr);
  let begun = performance.now();
  let first = true;
  const show = ({ now, doneS, totalS, cells, scenario }: Progress) => {
    if (first) begun = performance.now();
    first = false;
    const elapsed = (performance.now() - begun) / 1000;
    // The estimate of each step is corrected by how long those before it have really taken.
    const left = (totalS - doneS) * (doneS > 5 ? elapsed / doneS : 1);
    const share = totalS === 0 ? 0 : Math.min(1, doneS / totalS);
    const width = process.stderr.columns || 80;
    const shown = cells.filter((cell) => cell.scenario === scenario);
    const columns = columnsFor(shown, width, colors);
    const table = scenario ? `${scenarioTable(shown, scenario, colors, columns)}\n` : '';
    update(`${table}${progressLine(share, left, now, width, colors)}`);
  };
  return { show, done: () => update.clear() };
}

async function writeFiles(result: Comparison, { json, html }: CompareFlags): Promise<void> {
  if (json !== undefined) writeJson(json, result);
  if (html === undefined) return;
  const { renderPage } = await import('../../compare/page/index.ts');
  writeResult(html, renderPage(result));
}

/** Compares; the status: 1 where --baseline tells of something worse or nothing was measured, 130 after Ctrl-C. */
export async function compareCommand(
  guest: string | undefined,
  flags: CompareFlags,
  argv: readonly string[],
): Promise<number> {
  checkWritable(flags.json, flags.html);
  const { show, done } = await display();
  const command = ['pollux', ...argv.map(quoted)].join(' ');
  const missing = (name: string, reason: string) => say(`pollux: ${name} is left out: ${reason}`);
  const { result, interrupted } = await untilInterrupted((signal) =>
    compare({ ...flags, guest, command }, { missing, progress: show }, signal),
  );
  done();
  const width = process.stdout.isTTY ? process.stdout.columns : undefined;
  print(`${report(result, await colorsOf('stdout'), width || undefined)}\n`);
  await writeFiles(result, flags);
  if (interrupted !== undefined) {
    say('pollux: ended early: what was measured until then is above');
    return interrupted;
  }
  const isWorse = result.baseline?.changes.some(({ verdict }) => verdict === 'worse') === true;
  return isWorse || !isMeasured(result) ? FAILED : 0;
}

/** Whether there is a figure: of the guest, if any was to be measured, as C and node:net always have theirs. */
function isMeasured({ cells, contenders, claims }: Comparison): boolean {
  const guests = contenders.filter(({ kind }) => kind === 'guest').map(({ name }) => name);
  const asked = cells.filter(({ contender }) => guests.length === 0 || guests.includes(contender));
  if (asked.length > 0) return asked.some(({ figures }) => figures !== undefined);
  return claims.some(({ verdict }) => verdict !== 'not measured');
}
