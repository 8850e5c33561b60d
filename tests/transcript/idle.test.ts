// SPDX-License-Identifier: MIT
// CPU of servers that nobody speaks to, read from the kernel's accounts. Those that wait cost nothing
// to each other, so several are measured at a time.

import { describe, expect, test } from 'vitest';
import { missing, startServer } from '../support/server.ts';
import { cells, NATURE } from './matrix.ts';
import * as scenario from './scenarios.ts';

describe.concurrent('with three idle clients', () => {
  for (const cell of cells()) {
    const spins = NATURE[cell.example]?.spins === true;
    const skip = missing(cell.runtime) !== undefined && process.env.CI !== 'true';
    const title = `${cell.example} on ${cell.backend} under ${cell.runtime}`;
    test.skipIf(skip)(`${title} ${spins ? 'spins' : 'uses no CPU'}`, async () => {
      const server = await startServer(cell);
      try {
        if (spins) await scenario.spins(server);
        // A ratio with room for what a runtime does of its own: a server that waits uses nothing.
        else expect(await scenario.idleShare(server)).toBeLessThan(0.2);
      } finally {
        await server.stop();
      }
    });
  }
});
