// SPDX-License-Identifier: MIT
// `pollux compare`: a comparison with a progress bar and a live table, and its files.

import { writeFileSync } from 'node:fs';
import { Format, Presets } from 'cli-progress';
import { createLogUpdate } from 'log-update';
import { type CompareOptions, compare } from '../../compare/index.ts';
import type { Comparison } from '../../compare/result.ts';
import type { Progress } from '../../compare/run.ts';
import { report, scenarioTable } from '../../compare/table.ts';
import { PolluxError } from '../../index.ts';
import { colorsOf, print, say } from '../output.ts';

/** What the command line adds to what is compared. */
export interface CompareFlags extends Omit<CompareOptions, 'guest' | 'command'> {
  readonly json: string | undefined;
  readonly html: string | undefined;
}

/** Status where --baseline tells of something worse. */
const WORSE = 1;
/** What a shell makes of SIGINT. */
const INTERRUPTED = 130;

function minutes(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
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
  const show = ({ now, doneS, totalS, cells }: Progress) => {
    if (first) begun = performance.now();
    first = false;
    const elapsed = (performance.now() - begun) / 1000;
    // The estimate of each step is corrected by how long those before it have really taken.
    const left = (totalS - doneS) * (doneS > 5 ? elapsed / doneS : 1);
    const share = totalS === 0 ? 0 : Math.min(1, doneS / totalS);
    const bar = Format.BarFormat(share, {
      ...Presets.shades_classic,
      barsize: 30,
      barCompleteString: '█'.repeat(30),
      barIncompleteString: '░'.repeat(30),
      barGlue: '',
    });
    const measured = /^(\d+) active, (\d+) idle/.exec(now);
    const scenario = { active: Number(measured?.[1]), idle: Number(measured?.[2]) };
    const table = measured ? `${scenarioTable(cells, scenario, colors)}\n` : '';
    update(`${table}${bar} ${Math.round(share * 100)}%, ${minutes(left)} left  ${colors.dim(now)}`);
  };
  return { show, done: () => update.clear() };
}

async function writeFiles(result: Comparison, { json, html }: CompareFlags): Promise<void> {
  const write = (file: string, text: string) => {
    try {
      writeFileSync(file, text);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new PolluxError('ERR_COMPARE', `the result cannot be written: ${why}`);
    }
    say(`pollux: wrote ${file}`);
  };
  if (json !== undefined) write(json, `${JSON.stringify(result, null, 1)}\n`);
  if (html !== undefined) {
    const { renderPage } = await import('../../compare/page/index.ts');
    write(html, renderPage(result));
  }
}

/** Compares; the status: 1 where --baseline tells of something worse, 130 after Ctrl-C. */
export async function compareCommand(
  guest: string | undefined,
  flags: CompareFlags,
  argv: readonly string[],
): Promise<number> {
  const ending = new AbortController();
  const onSignal = () => {
    // A second one does what it does to any program.
    if (ending.signal.aborted) process.off('SIGINT', onSignal).kill(process.pid, 'SIGINT');
    ending.abort();
  };
  process.on('SIGINT', onSignal);
  const { show, done } = await display();
  const command = ['pollux', ...argv].join(' ');
  const result = await compare(
    { ...flags, guest, command },
    { missing: (name, reason) => say(`pollux: ${name} is left out: ${reason}`), progress: show },
    ending.signal,
  );
  done();
  process.off('SIGINT', onSignal);
  print(`${report(result, await colorsOf('stdout'))}\n`);
  await writeFiles(result, flags);
  if (result.interrupted) {
    say('pollux: ended by Ctrl-C: what was measured until then is above');
    return INTERRUPTED;
  }
  return result.baseline?.changes.some(({ verdict }) => verdict === 'worse') ? WORSE : 0;
}
