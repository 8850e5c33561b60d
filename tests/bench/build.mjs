// SPDX-License-Identifier: MIT
// Builds the load generator and the C peer into build/bench, when they are older than their sources.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The checkout's top folder. */
export const root = join(here, '..', '..');
/** Where the built programs lie. */
export const binaries = join(root, 'build', 'bench');

const FLAGS = '-std=c17 -O2 -Wall -Wextra -Wconversion -Werror'.split(' ');
const PROGRAMS = {
  load: ['load.c', 'connections.c'],
  'epoll-echo': ['peers/epoll-echo.c'],
};

/** @param {string} path */
const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/**
 * Builds what is out of date.
 *
 * @throws Error with the compiler's message, or where there is no C compiler.
 */
export function build() {
  mkdirSync(binaries, { recursive: true });
  const headers = readdirSync(here).filter((name) => name.endsWith('.h'));
  for (const [name, sources] of Object.entries(PROGRAMS)) {
    const output = join(binaries, name);
    const newest = Math.max(...[...sources, ...headers].map((file) => modified(join(here, file))));
    if (modified(output) > newest) continue;
    const inputs = sources.map((file) => join(here, file));
    execFileSync(process.env.CC ?? 'cc', [...FLAGS, '-o', output, ...inputs]);
  }
}
