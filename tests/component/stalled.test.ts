// SPDX-License-Identifier: MIT
// Peers that do not read, and many that do not speak: they freeze nobody, and lose nothing.

import { expect, test } from 'vitest';
import { bytes, Client } from '../support/client.ts';
import { describeUnder, isJco } from '../transcript/matrix.ts';
import * as scenario from '../transcript/scenarios.ts';
import { testGuest } from '../unit/guest/guests.ts';
import { COMPONENTS, example, ON_CURRENT, serve } from './runs.ts';

const MB = 1 << 20;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

for (const runtime of COMPONENTS) {
  describeUnder(runtime, runtime, () => {
    test('peers that do not read freeze nobody, and get all once they read', async () => {
      const server = await serve(runtime, example('echo'));
      const data = bytes(12 * MB, 7);
      const peers = await Promise.all([1, 2, 3, 4, 5].map(() => Client.connect(server.port)));
      const sent = peers.map((peer) => peer.send(data));
      // Long enough for every buffer on the way to fill.
      await sleep(300);
      await scenario.interleavedClients(server);
      await scenario.halfClose(server);
      await scenario.slowReader(server, 4 * MB);
      for (const [i, peer] of peers.entries()) {
        expect((await peer.read(data.length)).equals(data)).toBe(true);
        await sent[i];
        peer.close();
      }
      await server.stop();
    });

    // jco destroys a socket that is dropped, with all that Node has not sent yet.
    const loses = isJco(runtime);
    if (!loses)
      test('a connection that is closed while its peer does not read loses nothing', async () => {
        const most = 64 * MB;
        const listen = (port: number) => ({
          listen: [`127.0.0.1:${port}`],
          args: [`${most}`, 'close'],
        });
        const server = await serve(runtime, await testGuest('sdk-fill'), listen);
        const counts = () => server.stdout().trim().split('\n').filter(Boolean).map(Number);
        const filled = async (count: number) => {
          while (counts().length < count) {
            if (!server.isAlive()) throw new Error(server.stderr());
            await sleep(10);
          }
        };
        const peers: Client[] = [];
        for (let i = 1; i <= 3; i++) {
          peers.push(await Client.connect(server.port));
          await filled(i);
        }
        for (const [i, peer] of peers.entries()) {
          const count = counts()[i] ?? 0;
          expect(count).toBeGreaterThan(0);
          expect(count).toBeLessThan(most);
          const received = await peer.readToEnd();
          expect(received.length).toBe(count);
          expect(received.every((byte, at) => byte === at % 251)).toBe(true);
          peer.close();
        }
        await server.stop();
      });
  });
}

for (const runtime of ON_CURRENT) {
  describeUnder(runtime, runtime, () => {
    test('5,000 connections, of which one is busy', async () => {
      const server = await serve(runtime, example('echo'));
      await scenario.manyConnections(server, 5000);
      await server.stop();
    });

    test('5,000 idle connections use no CPU', async () => {
      const server = await serve(runtime, example('echo'));
      const clients: Client[] = [];
      while (clients.length < 5000) {
        const more = Array.from({ length: 100 }, () => Client.connect(server.port));
        clients.push(...(await Promise.all(more)));
      }
      expect(await scenario.idleShare(server)).toBeLessThan(0.2);
      for (const client of clients) client.close();
      await server.stop();
    });
  });
}
