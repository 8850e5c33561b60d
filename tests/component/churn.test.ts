// SPDX-License-Identifier: MIT
// What a connection takes of its host must be given back: memory and handles, also where the guest has closed it while
// the peer does not read. Wasmtime ends a component that wants more handles than it may have, so a small limit shows each
// one that is kept; other peers are served meanwhile.

import { beforeAll, describe, expect, test } from 'vitest';
import { bytes, Client } from '../support/client.ts';
import type { Server } from '../support/server.ts';
import { describeUnder } from '../transcript/matrix.ts';
import * as scenario from '../transcript/scenarios.ts';
import { testGuest } from '../unit/guest/guests.ts';
import { example, ON_CURRENT, serve } from './runs.ts';

const HANDLES = 200;

const limited = (runtime: string, module: string, args: string[] = []) =>
  serve(runtime, module, (port) => ({
    listen: [`127.0.0.1:${port}`],
    flags: ['-S', `max-component-handles=${HANDLES}`],
    args,
  }));

/** Peers that send more than every buffer on the way holds, and read nothing. */
const stalled = (server: Server, count: number) =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const client = await Client.connect(server.port);
      client.send(bytes(8 << 20)).catch(() => {});
      return client;
    }),
  );

for (const runtime of ON_CURRENT) {
  describeUnder(runtime, `${runtime}, ${HANDLES} handles`, () => {
    test('100,000 short connections beside 20 peers that do not read', async () => {
      const server = await limited(runtime, example('echo'));
      const descriptors = await scenario.descriptorsWithOneClient(server);
      const peers = await stalled(server, 20);
      await scenario.churn(server, 10_000, 8);
      const warm = server.residentBytes();
      await scenario.churn(server, 90_000, 8);
      // 90,000 connections that kept 24 bytes each would be 2 MB.
      expect(server.residentBytes() - warm).toBeLessThan(2 << 20);
      for (const peer of peers) peer.reset();
      await scenario.nothingIsLeft(server, descriptors);
      expect(server.isAlive()).toBe(true);
      await server.stop();
    }, 300_000);

    describe('connections that the guest closes while their peers do not read', () => {
      let fill: string;
      beforeAll(async () => {
        fill = await testGuest('sdk-fill');
      });

      test('cost nobody else, and give their handles back', async () => {
        const server = await limited(runtime, fill, [`${64 << 20}`, 'close']);
        const filled = () => server.stdout().split('\n').length - 1;
        let count = 0;
        for (let round = 0; round < 3; round++) {
          const peers: Client[] = [];
          for (let i = 0; i < 40; i++) {
            peers.push(await Client.connect(server.port));
            count++;
            while (filled() < count && server.isAlive()) await new Promise(setImmediate);
          }
          expect(server.stderr()).toBe('');
          for (const peer of peers) peer.reset();
        }
        await server.stop();
      });
    });
  });
}
