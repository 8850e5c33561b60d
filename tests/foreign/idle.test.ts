// SPDX-License-Identifier: MIT
// CPU of foreign servers with idle connections, from the kernel's accounts: none, on each backend and as components, once
// a client has reset that the server waited to write to. Those that wait cost nothing to each other, so
// several are measured at a time. tokio is in edge.test.ts.

import { describe, expect, test } from 'vitest';
import { bytes, Client } from '../support/client.ts';
import { cellsOf, cellsOnCurrent, describeCell, ECHO, NATURE, start } from './cells.ts';
import { quietestShare } from './scenarios.ts';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.concurrent('with idle connections', () => {
  for (const example of ECHO) {
    const { serial, edge } = NATURE[example] ?? {};
    if (edge) continue;
    for (const cell of [...cellsOf(example), ...cellsOnCurrent(example)]) {
      describeCell(cell, () => {
        test('it uses no CPU', async () => {
          const server = await start(cell);
          try {
            const gone = await Client.connect(server.port);
            gone.send(bytes(8 << 20)).catch(() => {});
            await sleep(100);
            gone.reset();
            const count = serial ? 1 : 8;
            const clients = await Promise.all(
              Array.from({ length: count }, () => Client.connect(server.port)),
            );
            await clients[0]?.send('hello');
            expect(await clients[0]?.readText(5)).toBe('hello');
            expect(await quietestShare(server)).toBeLessThan(0.02);
            for (const client of clients) client.close();
          } finally {
            await server.stop();
          }
        });
      });
    }
  }
});
