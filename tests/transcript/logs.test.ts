// SPDX-License-Identifier: MIT
// The lines that the article's servers log, and whom they name: under every runtime, as a log goes
// through that runtime's own files. Wasmtime's preview 1 can't tell the peer, so there it is `fd N`.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Client } from '../support/client.ts';
import { type Cell, type Server, startServer } from '../support/server.ts';
import { BACKENDS, describeUnder, isWasmtime, OTHERS } from './matrix.ts';

let server: Server | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** The lines, once one of them holds `last`: what a server logs comes a little after what it does. */
async function linesUpTo(last: string, text: () => string): Promise<string[]> {
  for (let tries = 0; tries < 500 && !text().includes(last); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(text()).toContain(last);
  return text().trimEnd().split('\n');
}

async function sayHello(port: number): Promise<Client> {
  const client = await Client.connect(port);
  await client.send('hello');
  expect(await client.readText(5)).toBe('hello');
  return client;
}

/** Whom the log names: the client's own address, or an fd as the log's first line has it. */
function peerOf(client: Client, cell: Cell, firstLine: string | undefined): string {
  if (!isWasmtime(cell)) return client.address;
  expect(firstLine).toMatch(/ fd \d+$/);
  return /fd \d+$/.exec(firstLine ?? '')?.[0] ?? '';
}

async function selectQueue(cell: Cell): Promise<void> {
  server = await startServer(cell);
  const log = server.stdout;
  const client = await sayHello(server.port);
  await client.send(`"quoted"\n\0`);
  expect(await client.readText(10)).toBe(`"quoted"\n\0`);
  client.end();
  expect((await client.readToEnd()).length).toBe(0);
  const lines = await linesUpTo('closing', log);
  const peer = peerOf(client, cell, lines[0]);
  expect(lines).toEqual([
    `new connection from ${peer}`,
    `received "hello" from ${peer}`,
    `sending "hello" to ${peer}`,
    `output queue for ${peer} is empty`,
    `received "\\"quoted\\"\\n\\x00" from ${peer}`,
    `sending "\\"quoted\\"\\n\\x00" to ${peer}`,
    `output queue for ${peer} is empty`,
    `closing ${peer} after reading no data`,
  ]);
  const broken = await sayHello(server.port);
  broken.reset();
  const last = (await linesUpTo('exceptional', log)).at(-1);
  expect(last).toBe(`handling exceptional condition for ${peerOf(broken, cell, last)}`);
}

async function epollEt(cell: Cell): Promise<void> {
  server = await startServer(cell);
  const file = join(server.folder, 'network-server.log');
  const log = () => readFileSync(file, 'utf8');
  const client = await sayHello(server.port);
  client.end();
  expect((await client.readToEnd()).length).toBe(0);
  const lines = await linesUpTo('closed', log);
  const peer = peerOf(client, cell, lines[0]);
  const entries = lines.map((line) => {
    const [time = '', ...rest] = line.split(' - ');
    expect(time).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}$/);
    // Preview 1 tells no time zone, so it is UTC; an hour off would be a zone's mistake.
    const age = Date.now() - Date.parse(`${time.replace(' ', 'T').replace(',', '.')}Z`);
    expect(Math.abs(age)).toBeLessThan(1_800_000);
    return rest.join(' - ');
  });
  expect(entries).toEqual([
    `network-server - DEBUG - accept connection from ${peer}`,
    `network-server - DEBUG - receive "hello" from ${peer}`,
    `network-server - DEBUG - closed ${peer}`,
  ]);
  expect(server.stderr()).not.toContain('DEBUG');

  // An error is in the file and on stderr, the same line.
  const broken = await sayHello(server.port);
  broken.reset();
  const failed = (await linesUpTo('ERROR', log)).find((line) => line.includes('ERROR')) ?? '';
  expect(failed).toMatch(/ - network-server - ERROR - \S.*: [A-Z]*CONNRESET$/);
  await linesUpTo(failed, server.stderr);
}

function logs(runtime: string, backend: string): void {
  test('select-queue tells each step of a connection', () =>
    selectQueue({ example: 'select-queue', runtime, backend }));
  test('epoll-et logs to a file as Python’s logging would, and errors to stderr too', () =>
    epollEt({ example: 'epoll-et', runtime, backend }));
}

for (const backend of BACKENDS) describe(`on ${backend}`, () => logs('node', backend));
for (const runtime of OTHERS) describeUnder(runtime, runtime, () => logs(runtime, 'auto'));

test('two clients are told apart by their ports', async () => {
  server = await startServer({ example: 'select-queue', runtime: 'node', backend: 'auto' });
  const clients = [await sayHello(server.port), await sayHello(server.port)];
  const peers = clients.map((client) => client.address);
  for (const client of [...clients].reverse()) {
    await client.send('again');
    expect(await client.readText(5)).toBe('again');
  }
  const lines = await linesUpTo(`sending "again" to ${peers[0]}`, server.stdout);
  const received = lines.filter((line) => line.startsWith('received'));
  expect(received).toEqual([
    `received "hello" from ${peers[0]}`,
    `received "hello" from ${peers[1]}`,
    `received "again" from ${peers[1]}`,
    `received "again" from ${peers[0]}`,
  ]);
  for (const client of clients) client.close();
});
