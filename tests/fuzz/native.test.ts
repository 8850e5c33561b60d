// SPDX-License-Identifier: MIT
// A million calls of the native imports with hostile arguments, on every backend: no report of a
// sanitizer, no descriptor and no memory left, no guest that sleeps over an event. FUZZ_SEED is another seed.

import { beforeAll, expect, test } from 'vitest';
import { backends } from '../../host/index.ts';
import { buildFuzzer, fuzz } from './build.mjs';

const seed = Number(process.env.FUZZ_SEED ?? 4);
const CALLS = 1_000_000;
const THREADED = 250_000;
const names = backends()
  .filter(({ available }) => available)
  .map(({ name }) => name);
/** Imports that have answered SUCCESS at least once. */
const succeeded = new Set<string>();
const called = new Set<string>();

function note(out: string): void {
  for (const [, name, answers] of out.matchAll(/^(\w+)((?: -?\d+:\d+)+)$/gm)) {
    called.add(name as string);
    if (answers?.startsWith(' 0:')) succeeded.add(name as string);
  }
}

beforeAll(buildFuzzer, 180_000);

const cells = [
  ...names.map((backend) => ({
    backend,
    threads: 1,
    calls: Math.ceil((CALLS - THREADED) / names.length),
  })),
  { backend: 'all', threads: Math.max(4, names.length), calls: THREADED },
];

test.each(cells)(
  '$calls calls on $backend, $threads thread(s)',
  async (cell) => {
    const { status, out, err } = await fuzz({ seed, ...cell });
    expect(err).toBe('');
    expect(status).toBe(0);
    expect(out).toContain(`ok ${cell.calls} calls, seed ${seed}\n`);
    note(out);
  },
  300_000,
);

test('every import was called, and did something', () => {
  expect(called.size).toBe(40);
  expect([...called].filter((name) => !succeeded.has(name))).toEqual([]);
});
