// SPDX-License-Identifier: MIT
// 200,000 calls of all functions of a Host with hostile arguments, over each base, with and without a trace:
// the process lives, each answer is an errno or the guest's end, nothing outside of the directory is
// touched, and no descriptor is left. FUZZ_SEED is another seed, FUZZ_IMPORT_CALLS another number.

import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import { PREVIEW1 } from '../../host/wasi/preview1.ts';
import { bases } from '../support/bases.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
// One folder below the root, as dist/ is: from there the addon is found.
const program = join(root, 'build', 'fuzz-imports.mjs');
const seed = Number(process.env.FUZZ_SEED ?? 4);
const calls = Number(process.env.FUZZ_IMPORT_CALLS ?? 200_000);

beforeAll(async () => {
  await build({
    absWorkingDir: root,
    entryPoints: ['tests/fuzz/imports.ts'],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['node-gyp-build'],
    logLevel: 'error',
  });
});

/** How often each function that was called answered SUCCESS. */
const succeeded = new Map<string, number>();

interface Ending {
  readonly status: number | string;
  /** What it told last. */
  readonly last: {
    readonly epoch?: number;
    readonly failure?: string;
    readonly done?: number;
    readonly answers?: Record<string, [number, number]>;
  };
  /** The epoch that it was in. */
  readonly epoch: number;
}

/** Runs it with files of 1 MiB at most: a guest may ask for any size. */
function run(folder: string, cwd: string, args: readonly string[]): Promise<Ending> {
  const script = 'ulimit -f 2048 && exec "$0" "$@"';
  const child = spawn('sh', ['-c', script, process.execPath, program, folder, ...args], {
    cwd,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    timeout: 150_000,
    killSignal: 'SIGKILL',
  });
  let told = '';
  child.stdio[3]?.on('data', (data) => {
    told += data;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const lines = told.trim().split('\n');
      const messages: Ending['last'][] = lines.map((line) => JSON.parse(line || '{}'));
      const epoch = messages.findLast((message) => message.epoch !== undefined)?.epoch ?? -1;
      resolve({ status: code ?? signal ?? '', last: messages.at(-1) ?? {}, epoch });
    });
  });
}

const cells = bases()
  .filter(({ missing }) => missing === undefined)
  .flatMap((base) => (['plain', 'trace'] as const).map((mode) => ({ ...base, mode })));

test.each(cells)(
  'calls of a Host over $name, $mode',
  async ({ name, enter, mode }) => {
    const leave = enter();
    const cwd = process.cwd();
    leave();
    const folder = mkdtempSync(
      join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'pollux-fuzz-'),
    );
    try {
      mkdirSync(join(folder, 'canary'));
      writeFileSync(join(folder, 'canary', 'sings'), 'still');
      const share = Math.ceil(calls / cells.length);
      const ending = await run(folder, cwd, [name, String(seed), String(share), mode]);
      const again = `in epoch ${ending.epoch} of seed ${seed}`;
      expect(ending.last.failure, again).toBeUndefined();
      expect(ending.status, again).toBe(0);
      expect(ending.last.done).toBe(share);
      for (const [called, [, successes]] of Object.entries(ending.last.answers ?? {})) {
        succeeded.set(called, (succeeded.get(called) ?? 0) + successes);
      }
      expect(readdirSync(folder).sort()).toEqual(['canary', 'root']);
      expect(readdirSync(join(folder, 'canary'))).toEqual(['sings']);
      expect(readFileSync(join(folder, 'canary', 'sings'), 'utf8')).toBe('still');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  180_000,
);

test('every function was called, and did something', () => {
  expect([...succeeded.keys()].sort()).toEqual([...PREVIEW1.keys()].sort());
  const never = [...succeeded].filter(([, successes]) => successes === 0).map(([name]) => name);
  // proc_exit does not return, and nobody may raise a signal.
  expect(never.sort()).toEqual(['proc_exit', 'proc_raise']);
});
