// SPDX-License-Identifier: MIT
// A command that goes on for minutes: Ctrl-C ends it with what it has, and its result goes into files.

import { writeFileSync } from 'node:fs';
import { PolluxError } from '../index.ts';
import { say } from './output.ts';

/** What a shell makes of SIGINT. */
export const INTERRUPTED = 130;

/** Runs it with a signal that Ctrl-C aborts; a second Ctrl-C does what it does to any program. */
export async function untilInterrupted<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ending = new AbortController();
  const onSignal = () => {
    if (ending.signal.aborted) process.off('SIGINT', onSignal).kill(process.pid, 'SIGINT');
    ending.abort();
  };
  process.on('SIGINT', onSignal);
  try {
    return await run(ending.signal);
  } finally {
    process.off('SIGINT', onSignal);
  }
}

/**
 * Writes a result, and says so.
 *
 * @throws PolluxError ERR_COMPARE where the file can't be written.
 */
export function writeResult(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new PolluxError('ERR_COMPARE', `the result cannot be written: ${why}`);
  }
  say(`pollux: wrote ${file}`);
}

/** The same, as JSON. */
export function writeJson(file: string, value: unknown): void {
  writeResult(file, `${JSON.stringify(value, null, 1)}\n`);
}
