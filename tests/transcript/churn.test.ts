// SPDX-License-Identifier: MIT
// Short connections in number: what a connection took must be given back. Memory is flat once warm.

import { expect, test } from 'vitest';
import { Client } from '../support/client.ts';
import { startServer } from '../support/server.ts';

const AT_ONCE = 40;

/** `count` connections: one message and its echo, then by turns an orderly end or a reset. */
async function churn(port: number, count: number): Promise<void> {
  let left = count;
  const worker = async (number: number) => {
    // Ports of several addresses, so that those that the kernel holds back (TIME_WAIT) are enough.
    const localAddress = `127.0.0.${2 + (number % 8)}`;
    while (left-- > 0) {
      const client = await Client.connect(port, { localAddress });
      await client.send('churn');
      expect(await client.readText(5)).toBe('churn');
      if (left % 4 === 0) client.close();
      else client.reset();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, number) => worker(number)));
}

test('200,000 short connections leave memory flat', async () => {
  const server = await startServer({ example: 'echo', runtime: 'node', backend: 'auto' });
  await churn(server.port, 20_000);
  const warm = server.residentBytes();
  await churn(server.port, 180_000);
  const grown = server.residentBytes() - warm;
  // 180,000 connections that kept 48 bytes each would be 8.6 MB.
  expect(grown).toBeLessThan(6 << 20);
  await server.stop();
}, 300_000);
