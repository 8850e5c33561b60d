// SPDX-License-Identifier: MIT
// Short connections in number: what a connection took must be given back. Memory is flat once warm,
// and no descriptor is left.

import { expect, test } from 'vitest';
import { CURRENT } from '../runtimes/index.mjs';
import { type Server, startServer } from '../support/server.ts';
import { describeUnder, isJco, OTHERS } from './matrix.ts';
import * as scenario from './scenarios.ts';

/** Resident bytes that `count` connections leave behind, after `warmUp` others. */
async function growth(server: Server, warmUp: number, count: number): Promise<number> {
  const descriptors = await scenario.descriptorsWithOneClient(server);
  await scenario.churn(server, warmUp);
  const warm = server.residentBytes();
  await scenario.churn(server, count);
  const grown = server.residentBytes() - warm;
  await scenario.nothingIsLeft(server, descriptors);
  return grown;
}

test('200,000 short connections leave memory flat', async () => {
  const server = await startServer({ example: 'echo', runtime: 'node', backend: 'auto' });
  // 180,000 connections that kept 12 bytes each would be 2 MB.
  expect(await growth(server, 20_000, 180_000)).toBeLessThan(2 << 20);
  await server.stop();
}, 300_000);

// Of versions of one runtime the newest stands for all; components on the newest Wasmtime have ten times as many
// connections in tests/component/churn.test.ts.
const kind = (name: string) => name.replace(/(node|wasmtime)-\d+/, '$1');
const newest = OTHERS.filter((name) => !name.startsWith(`${CURRENT}-`)).filter(
  (name, at, all) => !all.slice(at + 1).some((later) => kind(later) === kind(name)),
);

for (const runtime of newest) {
  // jco makes objects of what is open, and Node collects them when it likes: it shows what is held for good.
  const [warmUp, count, limit] = isJco(runtime) ? [1000, 2000, 64 << 20] : [3000, 7000, 12 << 20];
  describeUnder(runtime, runtime, () => {
    test(`${warmUp + count} short connections leave little`, async () => {
      const server = await startServer({ example: 'echo', runtime, backend: 'auto' });
      // Less than a buffer each; what a runtime compiles meanwhile is counted too.
      expect(await growth(server, warmUp, count)).toBeLessThan(limit);
      await server.stop();
    });
  });
}
