// SPDX-License-Identifier: MIT
// `--watch`: a new version of the module takes the running one's place.

import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Reactor } from '../index.ts';
import { loadModule } from '../module.ts';
import { say, sayError } from './output.ts';

/** A compiler writes a file in several steps: this long after the last one it is taken for done. ms. */
const QUIET_MS = 100;

/**
 * Reloads whenever the file changes, until the watcher is closed. A module that does not compile or start is
 * reported, and the old one goes on.
 */
export function reloadOnChange(reactor: Reactor, file: string): FSWatcher {
  let timer: NodeJS.Timeout | undefined;
  // The folder, as compilers and editors put a new file in the old one's place.
  return watch(dirname(file), (_event, name) => {
    if (name !== null && name !== basename(file)) return;
    clearTimeout(timer);
    timer = setTimeout(() => void reload(reactor, file), QUIET_MS);
    timer.unref();
  });
}

/** Loads the file anew, and says what came of it. */
export async function reload(reactor: Reactor, file: string): Promise<void> {
  const blocked = reactor.mode === 'blocking';
  try {
    // A thread that a guest blocks hears of no promise: what is wrong with the file is said now or never.
    if (blocked) loadModule(file);
    await reactor.reload(file);
    say(`pollux: ${file} was loaded anew`);
  } catch (error) {
    if (blocked) say(`pollux: ${failure(file, error)}`);
    else await sayError(failure(file, error));
  }
}

function failure(file: string, error: unknown): string {
  return `cannot load ${file} anew, the old one goes on: ${(error as Error).message}`;
}
