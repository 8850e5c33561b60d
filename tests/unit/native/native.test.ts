// SPDX-License-Identifier: MIT
// Builds the native layer without Node, under AddressSanitizer and UBSan, and runs its scenarios
// on every backend. The C files are the addon's own, but for the three that know Node-API.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { backends } from '../../../host/index.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const native = `${root}host/native/`;
const here = `${root}tests/unit/native/`;
const binary = `${root}build/tests/native`;

function addonSources(): string[] {
  const gyp = readFileSync(`${native}binding.gyp`, 'utf8');
  return [...gyp.matchAll(/"([\w/]+\.c)"/g)]
    .map((match) => match[1] as string)
    .filter((name) => !/^(addon|host_object|imports|file_imports)\.c$/.test(name))
    .map((name) => native + name);
}

const own = readdirSync(here).filter((name) => name.endsWith('.c'));
const scenarios = own.flatMap((name) =>
  [...readFileSync(here + name, 'utf8').matchAll(/^ {4}S\((\w+)\)/gm)].map(
    (match) => match[1] as string,
  ),
);

describe('native layer under ASan and UBSan', () => {
  beforeAll(() => {
    mkdirSync(`${root}build/tests`, { recursive: true });
    const flags = '-std=c17 -g -O1 -Wall -Wextra -Wconversion -Werror'.split(' ');
    const sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
    const sources = [...addonSources(), ...own.map((name) => here + name)];
    // connect_scenarios.c answers for names that no name server has.
    const names = ['-Wl,--wrap=getaddrinfo'];
    execFileSync('cc', [
      ...flags,
      ...sanitizers,
      ...names,
      '-o',
      binary,
      ...sources,
      '-lpthread',
      '-lutil',
    ]);
  }, 120_000);

  const refused = backends().filter(({ available }) => !available);
  for (const { name, reason } of refused) test.skip(`${name} is not tried: ${reason}`, () => {});

  test.each(scenarios)('%s', (scenario) => {
    const run = spawnSync(binary, [scenario], { encoding: 'utf8', timeout: 60_000 });
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
    // One line a backend; a scenario that is declared and not listed would print none.
    expect(run.stdout.trim().split('\n')).toHaveLength(backends().length);
  });
});
