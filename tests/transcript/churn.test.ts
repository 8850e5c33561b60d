// SPDX-License-Identifier: MIT
// Short connections in number: what a connection took must be given back. Memory is flat once warm,
// and no descriptor is left.

import { expect, test } from 'vitest';
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

for (const runtime of OTHERS) {
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
