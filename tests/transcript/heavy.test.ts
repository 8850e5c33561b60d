// SPDX-License-Identifier: MIT
// What takes longer: 24 MB through a slow reader, CPU while idle, 2,000 idle connections. On every
// backend under the Node that runs the tests, and on one under each other runtime.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client } from '../support/client.ts';
import { missing, type Server, startServer } from '../support/server.ts';
import { BACKENDS, EXAMPLES, NATURE } from './matrix.ts';
import * as scenario from './scenarios.ts';

const MB = 1 << 20;

function heavy(example: string, runtime: string, backend: string): void {
  let server: Server;
  beforeAll(async () => {
    server = await startServer({ example, runtime, backend });
  });
  afterAll(() => server?.stop());

  test('24 MB through a slow reader', () => scenario.slowReader(server, 24 * MB));
  test('CPU while idle', async () => {
    const share = await scenario.idleShare(server, 3);
    // A ratio with room for a loaded machine: an idle server uses nothing, a spinning one all it gets.
    if (NATURE[example]?.spins) expect(share).toBeGreaterThan(0.25);
    else expect(share).toBeLessThan(0.2);
  });
}

for (const backend of BACKENDS) {
  for (const example of EXAMPLES) {
    describe(`${example} on ${backend}`, () => heavy(example, 'node', backend));
  }
}

for (const runtime of ['node-26', 'bun', 'deno', 'wasmtime-36', 'wasmtime-46']) {
  const skip = missing(runtime) !== undefined && process.env.CI !== 'true';
  describe.skipIf(skip)(`echo under ${runtime}`, () => heavy('echo', runtime, 'auto'));
}

describe.each(BACKENDS)('2,000 connections on %s', (backend) => {
  test('one is busy, the others are idle, and all can still speak', async () => {
    const server = await startServer({ example: 'echo', runtime: 'node', backend });
    // select holds 1,024 descriptors less those of the process itself.
    const count = backend === 'select' ? 900 : 2000;
    const clients: Client[] = [];
    while (clients.length < count) {
      const more = Array.from({ length: 100 }, () => Client.connect(server.port));
      clients.push(...(await Promise.all(more)));
    }
    const busy = clients[17] as Client;
    for (let round = 0; round < 300; round++) {
      await busy.send('ping');
      expect(await busy.readText(4)).toBe('ping');
    }
    await Promise.all(clients.map((client, i) => client.send(String(i).padStart(5))));
    for (const [i, client] of clients.entries()) {
      expect(await client.readText(5)).toBe(String(i).padStart(5));
    }
    for (const client of clients) client.close();
    await server.stop();
  });
});

test('select refuses the connections beyond its limit, explains it once, and serves the others', async () => {
  const server = await startServer({ example: 'echo', runtime: 'node', backend: 'select' });
  const clients: Client[] = [];
  // A refusal costs the guest a rest of 100 ms, so there are not many.
  while (clients.length < 1060) {
    const more = Array.from({ length: 20 }, () => Client.connect(server.port));
    clients.push(...(await Promise.all(more)));
  }
  const answers = await Promise.all(
    clients.map(async (client) => {
      try {
        await client.send('x');
        return (await client.readText(1)) === 'x';
      } catch {
        return false;
      }
    }),
  );
  const served = answers.filter(Boolean).length;
  expect(served).toBeGreaterThan(900);
  expect(served).toBeLessThan(1024);
  expect(server.stderr().match(/FD_SETSIZE/g)).toHaveLength(1);
  for (const client of clients) client.close();
  const next = await Client.connect(server.port);
  await next.send('again');
  expect(await next.readText(5)).toBe('again');
  next.close();
  await server.stop();
});
