// SPDX-License-Identifier: MIT
// The embedding API in each mode under each runtime that has it: one program, one behaviour.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { backends } from '../../src/index.ts';
import { runtimes } from '../runtimes/index.mjs';
import { testGuest } from '../unit/guest/guests.ts';
import { root } from './support.ts';

const run = promisify(execFile);
const program = `${root}tests/reactor/program.mjs`;

const guests: Record<string, { echo: string; probe: string }> = {};
beforeAll(async () => {
  const command = {
    echo: `${root}build/examples/echo.wasm`,
    probe: await testGuest('reactor-probe'),
  };
  guests.worker = command;
  guests.jspi = command;
  guests.inline = {
    echo: `${root}build/examples/echo.reactor.wasm`,
    probe: await testGuest('reactor-probe', { reactor: true }),
  };
});

/** Why this machine has not a backend; containers often forbid io_uring. */
const missing = (backend: string) => !backends().find(({ name }) => name === backend)?.available;

/** Node has JSPI since 24. */
const hasJspi = (name: string) => !/^node-2[0-3]/.test(name);

for (const runtime of runtimes()) {
  if ('kind' in runtime && runtime.kind !== 'pollux') continue;
  if (/^wasmtime/.test(runtime.name)) continue;
  describe(`under ${runtime.name}`, () => {
    if ('missing' in runtime) {
      test.skipIf(process.env.CI !== 'true')(runtime.missing, () => {
        expect.unreachable(runtime.missing);
      });
      return;
    }
    const { name, command, args } = runtime;
    const programIn = (mode: string, backend = 'epoll') => {
      const { echo, probe } = guests[mode]!;
      return run(command, [...args, program, mode, echo, probe, backend], { timeout: 50_000 });
    };
    const modes = ['worker', 'inline', ...(hasJspi(name) ? ['jspi'] : [])];
    test.each(modes)('all scenarios hold in mode %s', async (mode) => {
      expect((await programIn(mode)).stdout).toContain('all scenarios hold');
    });

    test.skipIf(missing('io-uring')).each(modes)(
      'all scenarios hold in mode %s on io-uring',
      async (mode) => {
        expect((await programIn(mode, 'io-uring')).stdout).toContain('all scenarios hold');
      },
    );

    if (!hasJspi(name)) {
      test('mode jspi is refused, with the remedy', async () => {
        await expect(programIn('jspi')).rejects.toThrow(/use Node 24 or later, or mode worker/);
      });
    }
  });
}
