// SPDX-License-Identifier: MIT
// The examples with protocols of their own, on each backend under Node, and under each other runtime.

import { describe, expect } from 'vitest';
import { Client } from '../support/client.ts';
import { BACKENDS, describeUnder, OTHERS, serve } from './matrix.ts';

const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
const statuses = (text: string) => text.match(/^HTTP\/1\.1 \d+/gm)?.map((line) => line.slice(9));

async function request(port: number, ...pieces: string[]): Promise<string> {
  const client = await Client.connect(port);
  for (const piece of pieces) {
    await client.send(piece);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const text = String(await client.readToEnd());
  client.close();
  return text;
}

function http(runtime: string, backend: string): void {
  const it = serve('http', runtime, backend);
  const last = 'Connection: close\r\n';
  it('requests in one piece and in many, pipelined, are answered in order', async ({ port }) => {
    const all = get('/') + get('/nothing') + get('/', last);
    expect(statuses(await request(port, all))).toEqual(['200', '404', '200']);
    const pieces = all.match(/[\s\S]{1,17}/g) as string[];
    expect(statuses(await request(port, ...pieces))).toEqual(['200', '404', '200']);
  });
  it('fetch keeps its connection alive', async ({ port }) => {
    for (let i = 0; i < 5; i++) {
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('hello, world\n');
    }
  });
  it('mistakes are refused, and end the connection', async ({ port }) => {
    expect(statuses(await request(port, 'hello\r\n\r\n'))).toEqual(['400']);
    expect(statuses(await request(port, 'GET / HTTP/1.1\r\n\r\n'))).toEqual(['400']);
    expect(statuses(await request(port, get('/', 'Content-Length: 3\r\n')))).toEqual(['413']);
    expect(statuses(await request(port, `GET /${'x'.repeat(9000)}`))).toEqual(['431']);
  });
}

/** Reads until `text` has come. */
async function hears(client: Client, text: string): Promise<void> {
  let heard = '';
  while (!heard.includes(text)) heard += await client.readText(1);
}

function chat(runtime: string, backend: string): void {
  const it = serve('chat', runtime, backend);
  it('what one says all others hear, and that one has gone', async ({ port }) => {
    const clients = [];
    for (let i = 1; i <= 5; i++) {
      const client = await Client.connect(port);
      await hears(client, `hello, guest ${i}; there are ${i} of you\n`);
      clients.push(client);
    }
    const [first, ...others] = clients as [Client, ...Client[]];
    await first.send('good ');
    await first.send('morning\n');
    for (const other of others) await hears(other, 'guest 1: good morning\n');
    first.close();
    for (const other of others) await hears(other, 'guest 1 is gone\n');
    for (const other of others) other.close();
  });
}

for (const backend of BACKENDS) {
  describe(`http on ${backend}`, () => http('node', backend));
  describe(`chat on ${backend}`, () => chat('node', backend));
}
for (const runtime of OTHERS) {
  describeUnder(runtime, `http under ${runtime}`, () => http(runtime, 'auto'));
  describeUnder(runtime, `chat under ${runtime}`, () => chat(runtime, 'auto'));
}
