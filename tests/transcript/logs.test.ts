// SPDX-License-Identifier: MIT
// The lines that the article's servers log, and whom they name.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Client } from '../support/client.ts';
import { missing, type Server, startServer } from '../support/server.ts';

let server: Server | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function until(found: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !found(); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function talk(port: number): Promise<number> {
  const client = await Client.connect(port);
  const own = client.socket.localPort as number;
  await client.send('hello');
  expect(await client.readText(5)).toBe('hello');
  client.end();
  expect((await client.readToEnd()).length).toBe(0);
  client.close();
  return own;
}

test('select-queue tells each step of a connection, by its peer', async () => {
  server = await startServer({ example: 'select-queue', runtime: 'node', backend: 'select' });
  const peer = `127.0.0.1:${await talk(server.port)}`;
  const log = server.stdout;
  await until(() => log().includes('closing'));
  expect(
    log()
      .split('\n')
      .filter((line) => line.includes(peer)),
  ).toEqual([
    `new connection from ${peer}`,
    `received "hello" from ${peer}`,
    `sending "hello" to ${peer}`,
    `output queue for ${peer} is empty`,
    `closing ${peer} after reading no data`,
  ]);
});

describe.skipIf(missing('wasmtime-46') !== undefined && process.env.CI !== 'true')(
  'Wasmtime',
  () => {
    test('where the host can’t tell the peer, the log says which fd', async () => {
      server = await startServer({ example: 'select-queue', runtime: 'wasmtime-46', backend: '' });
      await talk(server.port);
      const log = server.stdout;
      await until(() => log().includes('output queue'));
      expect(log()).toMatch(/^received "hello" from fd \d+$/m);
    });
  },
);

test('epoll-et logs to a file in its directory, as Python’s logging would', async () => {
  server = await startServer({ example: 'epoll-et', runtime: 'node', backend: 'epoll' });
  const peer = `127.0.0.1:${await talk(server.port)}`;
  const file = join(server.folder, 'network-server.log');
  const log = () => readFileSync(file, 'utf8');
  await until(() => log().includes('closed'));
  const lines = log().trim().split('\n');
  for (const line of lines) {
    expect(line).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - \S+ - (DEBUG|INFO|ERROR) - /);
  }
  const said = (text: string) => lines.some((line) => line.includes(text) && line.includes(peer));
  expect(said('accept connection from'), log()).toBe(true);
  expect(said('receive'), log()).toBe(true);
  expect(said('closed'), log()).toBe(true);
});
