// SPDX-License-Identifier: MIT
// What takes longer: a slow reader, many connections. Every example on every backend under the Node that runs the tests,
// and on the newest runtimes whose poll_oneoff is not pollux's; `echo` under each other runtime.

import { expect, test } from 'vitest';
import { Client } from '../support/client.ts';
import { startServer } from '../support/server.ts';
import { BACKENDS, cells, describeUnder, isJco, isWasmtime, serve } from './matrix.ts';
import * as scenario from './scenarios.ts';

const MB = 1 << 20;

for (const { example, runtime, backend } of cells()) {
  describeUnder(runtime, `${example} on ${backend} under ${runtime}`, () => {
    const it = serve(example, runtime, backend);
    // Both are more than what the kernel holds on the way; the most once for each example, and once for each runtime.
    const most = example === 'echo' || backend === BACKENDS[0] ? 24 : 12;
    it(`${most} MB through a slow reader`, (server) => scenario.slowReader(server, most * MB));
    if (example !== 'echo') return;
    // select holds 1,024 descriptors less those of the process itself. What Wasmtime's own preview 1 and jco cost grows
    // with the square of the connections.
    const isOurs = !isWasmtime({ runtime }) && !isJco(runtime);
    const count = backend === 'select' ? 900 : isOurs ? 2000 : 1000;
    it(`${count} connections, of which one is busy`, (server) =>
      scenario.manyConnections(server, count));
  });
}

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
