// SPDX-License-Identifier: MIT
// Real servers of Node hand their connections to an echo guest on another thread.

import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, request } from 'node:http';
import { type AddressInfo, createConnection, createServer, type Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backends, handOff } from '../../../host/index.ts';
import { type SocketHandle, takeSocket } from '../../../src/reactor/hand-off.ts';
import { Client } from '../../support/client.ts';
import { type EchoThread, echoThread } from './echo-thread.ts';

let echo: EchoThread;
const servers: Server[] = [];

beforeEach(async () => {
  echo = await echoThread();
});

afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await echo.end();
});

function give(socket: Socket | SocketHandle, head?: Uint8Array): void {
  const { fd, bytes } = takeSocket(socket, head);
  handOff(echo.id, echo.fd, fd, bytes);
}

/** A server of the app that does `onConnection` with each connection; its port. */
async function serve(
  onConnection: (socket: Socket) => void,
  options: { pauseOnConnect?: boolean } = {},
): Promise<number> {
  const server = createServer({ allowHalfOpen: true, ...options }, onConnection);
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

for (const { name: backend } of backends().filter(({ available }) => available)) {
  test(`a connection that a net.Server accepted is served by a guest on ${backend}`, async () => {
    const other = await echoThread(backend, ['127.0.0.1:0']);
    const port = await serve((socket) => {
      const { fd, bytes } = takeSocket(socket);
      handOff(other.id, other.fd, fd, bytes);
    });
    const client = await Client.connect(port);
    await client.send('hello');
    expect(String(await client.read(5))).toBe('hello');
    client.end();
    expect(String(await client.readToEnd())).toBe('');
    await other.end();
  });
}

test('what the app had read, and what its stream holds, comes back first', async () => {
  const port = await serve((socket) => {
    socket.once('data', (data: Buffer) => {
      socket.pause();
      // More arrives, and waits in the stream and in the kernel.
      setTimeout(() => give(socket, data), 20);
    });
  });
  const client = await Client.connect(port);
  await client.send('one ');
  await new Promise((resolve) => setTimeout(resolve, 5));
  await client.send('two ');
  expect(String(await client.read(8))).toBe('one two ');
  await client.send('three');
  expect(String(await client.read(5))).toBe('three');
  client.close();
});

test('a node:http server hands over an upgraded connection with its head', async () => {
  const server = createHttpServer((_, response) => response.end('still http'));
  server.on('upgrade', (_request, socket: Socket, head: Buffer) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n',
    );
    give(socket, head);
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = await Client.connect(port);
  await client.send(
    'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nbytes behind the head',
  );
  const answer = String(await client.read(72 + 21));
  expect(answer).toMatch(/^HTTP\/1\.1 101 [\s\S]*\r\n\r\nbytes behind the head$/);
  await client.send('more');
  expect(String(await client.read(4))).toBe('more');
  client.close();
  // The server goes on with everybody else.
  const plain = request({ port, host: '127.0.0.1', agent: false }).end();
  const [response] = await once(plain, 'response');
  expect(String((await once(response, 'data'))[0])).toBe('still http');
});

test('a socket of pauseOnConnect, a Unix socket and a raw handle are taken too', async () => {
  const port = await serve((socket) => give(socket), { pauseOnConnect: true });
  const client = await Client.connect(port);
  await client.send('paused');
  expect(String(await client.read(6))).toBe('paused');
  client.close();

  const raw = await serve(
    (socket) => {
      const { _handle } = socket as unknown as { _handle: SocketHandle };
      give(_handle);
    },
    { pauseOnConnect: true },
  );
  const second = await Client.connect(raw);
  await second.send('raw');
  expect(String(await second.read(3))).toBe('raw');
  second.close();

  const folder = mkdtempSync(join(tmpdir(), 'pollux-'));
  const path = join(folder, 'app.sock');
  const server = createServer((socket) => give(socket)).listen(path);
  servers.push(server);
  await once(server, 'listening');
  const third = createConnection(path);
  third.write('unix');
  expect(String((await once(third, 'data'))[0])).toBe('unix');
  third.destroy();
  rmSync(folder, { recursive: true });
});

test('the end of the client reaches the guest, and a reset frees it', async () => {
  const port = await serve((socket) => give(socket));
  const client = await Client.connect(port);
  await client.send('x');
  await client.read(1);
  client.end();
  expect(String(await client.readToEnd())).toBe('');
  const other = await Client.connect(port);
  await other.send('y');
  await other.read(1);
  other.reset();
  const third = await Client.connect(port);
  await third.send('z');
  expect(String(await third.read(1))).toBe('z');
  third.close();
});

describe('refused, and the socket is untouched', () => {
  /** What a socket in some state is told. */
  async function told(prepare: (socket: Socket) => Socket | undefined): Promise<unknown> {
    let resolve: (error: unknown) => void;
    const answer = new Promise((done) => {
      resolve = done;
    });
    const port = await serve((socket) => {
      const what = prepare(socket) ?? socket;
      try {
        takeSocket(what);
        resolve(undefined);
      } catch (error) {
        resolve(error);
      }
      socket.destroy();
    });
    const client = await Client.connect(port);
    const error = await answer;
    client.close();
    return error;
  }
  const refusal = (text: string) =>
    expect.objectContaining({ code: 'ERR_HAND_OFF', message: expect.stringContaining(text) });

  test('TLS', async () => {
    expect(await told((socket) => new TLSSocket(socket, { isServer: true }))).toEqual(
      refusal('it is TLS'),
    );
  });
  test('closed, ended, not connected, decoded', async () => {
    expect(await told((socket) => socket.destroy())).toEqual(refusal('it is closed'));
    expect(await told((socket) => void socket.end())).toEqual(refusal('has been ended'));
    expect(await told((socket) => void socket.setEncoding('utf8'))).toEqual(refusal('utf8'));
    const fresh = createConnection({ port: 1, host: '127.0.0.1' });
    fresh.on('error', () => {});
    expect(() => takeSocket(fresh)).toThrow(refusal('not connected yet'));
    expect(() => takeSocket(new Socket())).toThrow(
      expect.objectContaining({ code: 'ERR_HAND_OFF' }),
    );
  });
  test('with bytes that are not sent yet, for which its write tells when', async () => {
    const size = 8 << 20;
    const port = await serve((socket) => {
      socket.write(Buffer.alloc(size, 'w'), () => give(socket));
      expect(() => takeSocket(socket)).toThrow(refusal('have not been sent'));
    });
    const client = await Client.connect(port);
    await client.send('echo');
    const all = await client.read(size + 4);
    expect(String(all.subarray(size))).toBe('echo');
    client.close();
  });
  test('a runtime without descriptors', () => {
    expect(() => takeSocket({ close: () => {} })).toThrow(refusal('does not tell its descriptor'));
  });
});

test('what is refused is closed: a connection to a listener that is not there, and a file', async () => {
  const port = await serve((socket) => {
    const { fd, bytes } = takeSocket(socket);
    expect(() => handOff(echo.id, 77, fd, bytes)).toThrow(
      expect.objectContaining({ code: 'ERR_LISTENER_UNKNOWN' }),
    );
  });
  const client = await Client.connect(port);
  expect(String(await client.readToEnd())).toBe('');
  const file = openSync('/dev/null', 'r');
  expect(() => handOff(echo.id, echo.fd, file, new Uint8Array())).toThrow(
    expect.objectContaining({ code: 'ERR_HAND_OFF' }),
  );
  expect(() => closeSync(file)).toThrow(expect.objectContaining({ code: 'EBADF' }));
});

test('10,000 hand-offs leave no descriptor and little memory behind', async () => {
  const port = await serve((socket) => give(socket));
  const count = () => readdirSync('/proc/self/fd').length;
  const one = async () => {
    const client = await Client.connect(port);
    await client.send('hi');
    await client.read(2);
    // Reset, so that the ports are free for the others.
    client.reset();
  };
  for (let i = 0; i < 500; i++) await one();
  const before = { fds: count(), rss: process.memoryUsage().rss };
  for (let i = 0; i < 95; i++) await Promise.all(Array.from({ length: 100 }, one));
  await one();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(count()).toBeLessThan(before.fds + 30);
  expect(process.memoryUsage().rss - before.rss).toBeLessThan(150 * 1024 * 1024);
}, 120_000);
