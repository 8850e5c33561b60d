// SPDX-License-Identifier: MIT
// What the CLI writes, straight to the descriptors: process.stdout and process.stderr cost a run
// a millisecond before its first line, and lose text where the process ends by a signal. Colours cost
// another, so they are loaded where something is shown in them.

import { writeSync } from 'node:fs';
import type { Colors } from 'picocolors/types.js';

const STDOUT = 1;
const STDERR = 2;

/** Whether stderr stands within a line that the trace has begun. */
let midLine = false;

/** Writes all of `text`. A reader that went away is no error: there is nobody left to tell. */
function write(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      // Whoever shares the terminal or pipe may have made it non-blocking (Go guests do).
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

/** Writes to stdout. */
export function print(text: string): void {
  write(STDOUT, text);
}

/** Writes one line to stderr, on a line of its own. */
export function say(line: string): void {
  write(STDERR, `${midLine ? '\n' : ''}${line}\n`);
  midLine = false;
}

/** Writes a piece of the trace to stderr. */
export function sayTrace(text: string): void {
  write(STDERR, text);
  midLine = !text.endsWith('\n');
}

/** Colours for what goes to a stream; none where it is no terminal or the user wants none. */
export async function colorsOf(stream: 'stdout' | 'stderr'): Promise<Colors> {
  const { createColors } = (await import('picocolors')).default;
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return createColors(false);
  if (FORCE_COLOR) return createColors(FORCE_COLOR !== '0');
  return createColors(process[stream].isTTY === true && TERM !== 'dumb');
}

/** Text that may hold a guest's names, safe to show: a terminal would obey control characters. */
export function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

/** A number of bytes in the unit that suits it. */
export function showBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 2 ** 20
    ? `${(bytes / 1024).toFixed(1)} KiB`
    : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** An error of ours, marked as one. */
export async function sayError(message: string): Promise<void> {
  const { bold, red } = await colorsOf('stderr');
  say(`${bold(red('pollux:'))} ${visible(message)}`);
}
