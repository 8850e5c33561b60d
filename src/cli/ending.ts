// SPDX-License-Identifier: MIT
// A command that goes on for minutes: Ctrl-C ends it with what it has, and its result goes into files.

import { closeSync, existsSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { PolluxError } from '../index.ts';
import { say } from './output.ts';

/** What ends a command in order: Ctrl-C, kill(1), and a terminal that is closed. */
const ENDINGS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs it with a signal that Ctrl-C aborts; a second Ctrl-C does what it does to any program. SIGTERM and SIGHUP do
 * the same, as what was started here would go on without us. Answers the status for that, as a shell has it (130 for
 * Ctrl-C), beside the result; undefined where nothing came.
 */
export async function untilInterrupted<T>(
  run: (signal: AbortSignal) => Promise<T>,
): Promise<{ readonly result: T; readonly interrupted: number | undefined }> {
  const ending = new AbortController();
  let interrupted: number | undefined;
  const release = () => {
    for (const name of ENDINGS) process.off(name, onSignal);
  };
  const onSignal = (name: NodeJS.Signals) => {
    if (ending.signal.aborted) {
      release();
      process.kill(process.pid, name);
    }
    interrupted = 128 + constants.signals[name];
    ending.abort();
  };
  for (const name of ENDINGS) process.on(name, onSignal);
  try {
    return { result: await run(ending.signal), interrupted };
  } finally {
    release();
  }
}

/** The error of a file that can't be written. */
function unwritable(error: unknown): PolluxError {
  const why = error instanceof Error ? error.message : String(error);
  return new PolluxError('ERR_COMPARE', `the result cannot be written: ${why}`);
}

/**
 * Tries whether {@link writeResult} will be able to write there, before anything is measured. Nothing that is in a
 * file is touched.
 *
 * @throws PolluxError ERR_COMPARE where the file can't be written.
 */
export function checkWritable(...files: readonly (string | undefined)[]): void {
  for (const file of files) {
    if (file === undefined) continue;
    try {
      const isNew = !existsSync(file);
      closeSync(openSync(file, 'a'));
      if (isNew) rmSync(file);
    } catch (error) {
      throw unwritable(error);
    }
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
    throw unwritable(error);
  }
  say(`pollux: wrote ${file}`);
}

/** The same, as JSON. */
export function writeJson(file: string, value: unknown): void {
  writeResult(file, `${JSON.stringify(value, null, 1)}\n`);
}
