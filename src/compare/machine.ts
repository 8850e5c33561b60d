// SPDX-License-Identifier: MIT
// What was measured on: processor, memory, kernel, and whether a comparison can be made here at all.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { PolluxError } from '../../host/index.ts';
import { allowedCores } from './kernel.ts';
import type { Comparison } from './result.ts';

/** The two cores: the first that we may use for servers, the last for the load. */
export interface Cores {
  readonly serverCore: number;
  readonly loadCore: number;
}

/**
 * Looks for what a comparison takes.
 *
 * @throws PolluxError ERR_COMPARE: no Linux, one core only, or no taskset; with the remedy.
 */
export function findCores(): Cores {
  if (process.platform !== 'linux')
    throw new PolluxError('ERR_COMPARE', 'a comparison pins cores and reads /proc: it takes Linux');
  const cores = allowedCores();
  const [serverCore = 0] = cores;
  const loadCore = cores.at(-1) ?? 0;
  if (serverCore === loadCore)
    throw new PolluxError(
      'ERR_COMPARE',
      'a comparison takes two cores, one for the server and one for the load; this process may use one only',
    );
  if (spawnSync('taskset', ['--version'], { stdio: 'ignore' }).error !== undefined)
    throw new PolluxError(
      'ERR_COMPARE',
      'a comparison pins processes by taskset, which is not here: install util-linux',
    );
  return { serverCore, loadCore };
}

function osName(): string {
  try {
    const text = readFileSync('/etc/os-release', 'utf8');
    return /^PRETTY_NAME="?([^"\n]*)/m.exec(text)?.[1] ?? 'Linux';
  } catch {
    return 'Linux';
  }
}

/** What the page tells about the machine. */
export function describeMachine(
  cores: Cores,
  versions: Readonly<Record<string, string>>,
): Comparison['machine'] {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryBytes: totalmem(),
    kernel: release(),
    os: osName(),
    ...cores,
    versions,
  };
}
