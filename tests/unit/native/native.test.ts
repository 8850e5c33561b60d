// SPDX-License-Identifier: MIT
// Builds the native layer without Node, under AddressSanitizer and UBSan, and runs its scenarios
// on every backend. The C files are the addon's own, but for those that know Node-API.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { backends } from '../../../host/index.ts';
import { compileNative } from '../../support/native.mjs';
import { TRAPS, titleOf } from './traps.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const here = `${root}tests/unit/native/`;
let binary: string;

const own = readdirSync(here).filter((name) => name.endsWith('.c'));
const scenarios = own.flatMap((name) =>
  [...readFileSync(here + name, 'utf8').matchAll(/^ {4}S\((\w+)\)/gm)].map(
    (match) => match[1] as string,
  ),
);

describe('native layer under ASan and UBSan', () => {
  beforeAll(() => {
    binary = compileNative(
      'native',
      own.map((name) => here + name),
      // connect_scenarios.c answers for names that no name server has.
      { sanitized: true, flags: ['-Wl,--wrap=getaddrinfo'] },
    );
  }, 120_000);

  for (const { name, reason } of backends().filter(({ available }) => !available)) {
    // Without CI: a kernel or a policy may refuse a backend, and the reason stands in the title.
    test.skipIf(process.env.CI !== 'true')(`${name} is not tried: ${reason}`, () => {
      throw new Error(`backend ${name} is refused here: ${reason}`);
    });
  }

  test('each of the twenty traps is watched by tests that exist, or cannot be met', () => {
    expect(Object.keys(TRAPS)).toHaveLength(20);
    for (const { what, scenarios: watching, elsewhere = [], untested } of Object.values(TRAPS)) {
      if (untested === undefined) {
        expect(watching.length + elsewhere.length, what).toBeGreaterThan(0);
      }
      expect(scenarios).toEqual(expect.arrayContaining([...watching]));
      for (const file of elsewhere) expect(existsSync(`${root}tests/${file}`), file).toBe(true);
    }
  });

  test.each(scenarios.map((scenario) => [titleOf(scenario), scenario]))('%s', (_, scenario) => {
    const run = spawnSync(binary, [scenario as string], { encoding: 'utf8', timeout: 60_000 });
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
    // One line a backend; a scenario that is declared and not listed would print none.
    expect(run.stdout.trim().split('\n')).toHaveLength(backends().length);
  });
});
