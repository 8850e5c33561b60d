// SPDX-License-Identifier: MIT
// The sandbox as the command gives it, on every base WASI and under every runtime: the same guest, the
// same paths, the same answers.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runtimes } from '../runtimes/index.mjs';
import { bases } from '../support/bases.ts';
import { testGuest } from '../unit/guest/guests.ts';
import { ESCAPES, SYSTEM_ESCAPES, Tree } from './tree.ts';

const OUT = [...ESCAPES, ...SYSTEM_ESCAPES];
const cli = fileURLToPath(new URL('../../dist/pollux.js', import.meta.url));
let guest: string;
let tree: Tree;

beforeAll(async () => {
  guest = await testGuest('sandbox-probe');
  tree = new Tree();
});
afterAll(() => tree.remove());

/** What the probe prints for a file inside, for each escape, and of its environment. */
function expectSandbox(command: string, args: readonly string[], cwd: string): void {
  const run = spawnSync(
    command,
    [...args, '--dir', `${tree.granted}::/`, guest, 'link-inside', ...OUT],
    { encoding: 'utf8', timeout: 30_000, cwd },
  );
  expect(run.stderr).toBe('');
  const [inside, ...answers] = run.stdout.trim().split('\n');
  expect(inside).toBe('0 granted');
  expect(answers.pop()).toBe('environment 0');
  // 76 is NOTCAPABLE.
  expect(answers).toEqual(OUT.map(() => '76'));
  expect(tree.untouched).toBe(true);
  expect(run.status).toBe(0);
}

describe('on the base', () => {
  test.each(bases())('$name', ({ name, missing, enter }) => {
    if (missing !== undefined) return;
    const leave = enter();
    const folder = process.cwd();
    leave();
    expectSandbox(process.execPath, [cli, 'run', '--wasi', name], folder);
  });
});

describe('under', () => {
  for (const runtime of runtimes()) {
    if ('kind' in runtime && runtime.kind !== 'pollux') continue;
    test.skipIf('missing' in runtime && process.env.CI !== 'true')(runtime.name, () => {
      if ('missing' in runtime) throw new Error(runtime.missing);
      expectSandbox(runtime.command, [...runtime.args, cli, 'run'], join(tree.root));
    });
  }
});
