// SPDX-License-Identifier: MIT
// Peers that a component may connect to: CONNECT in its environment, or built in. The guest is a proxy.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server as NetServer, type Socket } from 'node:net';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { Client } from '../support/client.ts';
import { freePort, type Server } from '../support/server.ts';
import { describeUnder, isJco } from '../transcript/matrix.ts';
import { testGuest } from '../unit/guest/guests.ts';
import { BY_NAME, COMPONENTS, type Needs, serve } from './runs.ts';

let proxy = '';
let upstream: NetServer | undefined;
let server: Server | undefined;

beforeAll(async () => {
  proxy = await testGuest('sdk-proxy');
});
afterEach(async () => {
  await server?.stop();
  upstream?.close();
  server = undefined;
  upstream = undefined;
});

/** A server that upper-cases, and ends with its client, or does something else; its port. */
async function shouter(onSocket?: (socket: Socket) => void): Promise<number> {
  upstream = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    if (onSocket !== undefined) {
      onSocket(socket);
      return;
    }
    socket.on('data', (data) => socket.write(data.toString().toUpperCase()));
    socket.on('end', () => socket.end('BYE'));
  }).listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  return (upstream.address() as AddressInfo).port;
}

/** Starts the proxy; its port. */
async function start(runtime: string, needs: Needs): Promise<number> {
  server = await serve(runtime, proxy, (port) => ({ listen: [`127.0.0.1:${port}`], ...needs }));
  return server.port;
}

/** What a client of the proxy gets for `text` while it stays. */
async function ask(port: number, text: string): Promise<string> {
  const client = await Client.connect(port);
  await client.send(text);
  const answer = await client.readText(text.length);
  client.close();
  return answer;
}

/** How the proxy's connection for one more client fares, which is what it says on stderr. */
async function fares(port: number): Promise<string> {
  const said = () => server?.stderr() ?? '';
  const before = said().length;
  const client = await Client.connect(port);
  await client.send('hello');
  await vi.waitFor(() => expect(said().slice(before)).toMatch(/^upstream: .*\n/m), 20_000);
  client.close();
  return /^upstream: (.*)\n/m.exec(said().slice(before))?.[1] ?? '';
}

for (const runtime of COMPONENTS) {
  describeUnder(runtime, runtime, () => {
    test('a hundred connections at once, each with its own answers', async () => {
      const peer = await shouter();
      const port = await start(runtime, { connect: [`upstream=127.0.0.1:${peer}`] });
      const texts = Array.from({ length: 100 }, (_, index) => `client ${index} `.repeat(50));
      const answers = await Promise.all(texts.map((text) => ask(port, text)));
      expect(answers).toEqual(texts.map((text) => text.toUpperCase()));
      expect(server?.stderr()).toContain(`connected to 127.0.0.1:${peer}\n`);
    });

    // jco destroys a connection of which one direction is shut down.
    if (!isJco(runtime))
      test('half-close goes through it, both ways', async () => {
        const port = await start(runtime, { connect: [`upstream=127.0.0.1:${await shouter()}`] });
        const clients = await Promise.all(Array.from({ length: 50 }, () => Client.connect(port)));
        for (const client of clients) {
          await client.send('hello');
          client.end();
        }
        for (const client of clients) {
          expect(String(await client.readToEnd())).toBe('HELLOBYE');
          client.close();
        }
      });

    test('by the name of a host', async () => {
      const connect = [`upstream=localhost:${await shouter()}`];
      const port = await start(runtime, { connect, flags: BY_NAME });
      expect(await ask(port, 'hello')).toBe('HELLO');
    });

    test('a connection that is refused is an error of that connection alone', async () => {
      const closed = await freePort();
      for (const host of ['127.0.0.1', 'localhost']) {
        const connect = [`upstream=${host}:${closed}`];
        const port = await start(runtime, { connect, flags: BY_NAME });
        expect(await fares(port)).toBe('CONNREFUSED');
        expect(await fares(port)).toBe('CONNREFUSED');
        await server?.stop();
      }
    });

    test('a peer that resets is told', async () => {
      const peer = await shouter((socket) => socket.once('data', () => socket.resetAndDestroy()));
      const port = await start(runtime, { connect: [`upstream=127.0.0.1:${peer}`] });
      expect(await fares(port)).toBe('CONNRESET');
    });

    test('a name that nobody allowed does not exist, built in or not', async () => {
      expect(await fares(await start(runtime, { connect: ['other=127.0.0.1:1'] }))).toBe('NOENT');
      await server?.stop();
      // What the environment says goes before what is built in.
      const settings = { connect: ['upstream=127.0.0.1:1'] };
      const both = { settings, connect: ['other=127.0.0.1:1'] };
      expect(await fares(await start(runtime, both))).toBe('NOENT');
      await server?.stop();
      expect(await fares(await start(runtime, { settings }))).toBe('CONNREFUSED');
    });
  });
}
