// SPDX-License-Identifier: MIT
// `--trigger edge`, for guests that count on it: tokio registers every socket for both directions, once
// and for all. By level such a server never sleeps; by edge it must, and must lose no wake-up.

import { describe, expect } from 'vitest';
import { Client } from '../support/client.ts';
import { spins } from '../transcript/scenarios.ts';
import { cellsOf, describeCell, serve } from './cells.ts';
import { pausesAndSizes, quietestShare } from './scenarios.ts';

const edge = { options: ['--trigger', 'edge'] };

for (const cell of cellsOf('rust-tokio', edge)) {
  describeCell(cell, () => {
    const it = serve(cell);
    it('idles below 2% of a core with 8 connections, which are then served', async (server) => {
      const clients = await Promise.all(
        Array.from({ length: 8 }, () => Client.connect(server.port)),
      );
      // Half of them have spoken, so that every state in which a task waits is there.
      for (const client of clients.slice(4)) {
        await client.send('hello');
        expect(await client.readText(5)).toBe('hello');
      }
      expect(await quietestShare(server)).toBeLessThan(0.02);
      for (const [i, client] of clients.entries()) {
        await client.send(`client ${i}`);
        expect(await client.readText(8)).toBe(`client ${i}`);
        client.close();
      }
    });
    it('loses no wake-up', (server) => pausesAndSizes(server, 60, 15));
  });
}

// Both go on until EAGAIN. c-poll reads once for each event, as level-triggered readiness allows: under
// this option it would wait for ever, and rightly so.
describe('guests that would do without', () => {
  for (const example of ['rust-mio', 'go-echo']) {
    for (const cell of cellsOf(example, edge)) {
      if (cell.runtime !== 'node') continue;
      describeCell(cell, () => {
        const it = serve(cell);
        it('loses no wake-up', (server) => pausesAndSizes(server, 30, 6));
      });
    }
  }
});

// What the first test would see if the option did nothing.
for (const cell of cellsOf('rust-tokio').filter(({ runtime }) => runtime === 'node')) {
  describeCell(cell, () => {
    const it = serve(cell);
    it('never sleeps by level', spins);
    it('loses no wake-up by level either', (server) => pausesAndSizes(server, 20, 4));
  });
}
