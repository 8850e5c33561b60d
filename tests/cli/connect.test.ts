// SPDX-License-Identifier: MIT
// --connect: a proxy between its clients and an upstream, on every backend.

import { once } from 'node:events';
import { rmSync } from 'node:fs';
import {
  type AddressInfo,
  createConnection,
  createServer,
  type Server,
  type Socket,
} from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { backends } from '../../host/index.ts';
import { testGuest } from '../unit/guest/guests.ts';
import { folder, pollux, type Running, start } from './pollux.ts';

let proxy: string;
let running: Running | undefined;
let upstream: Server | undefined;

beforeAll(async () => {
  proxy = await testGuest('sdk-proxy');
});
afterEach(async () => {
  running?.child.kill();
  await running?.ended();
  upstream?.close();
  running = undefined;
  upstream = undefined;
});

/** A server that upper-cases, and ends with its client. Answers its port, or nothing for a path. */
async function shouter(at: number | string, onSocket?: (socket: Socket) => void): Promise<number> {
  upstream = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    if (onSocket !== undefined) onSocket(socket);
    else {
      socket.on('data', (data) => socket.write(data.toString().toUpperCase()));
      socket.on('end', () => socket.end('BYE'));
    }
  });
  if (typeof at === 'number') upstream.listen(at, '127.0.0.1');
  else upstream.listen(at);
  await once(upstream, 'listening');
  return (upstream.address() as AddressInfo).port;
}

/** All that a client of the proxy gets for `text`, after which it ends its side. */
async function ask(port: number, text: string): Promise<string> {
  const socket = createConnection({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.setEncoding('utf8').end(text);
  let answer = '';
  for await (const part of socket) answer += part;
  return answer;
}

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const port = await shouter(0);
  upstream?.close();
  await once(upstream as Server, 'close');
  return port;
}

const available = backends().filter((backend) => backend.available);
describe.each(available.map(({ name }) => name))('%s', (backend) => {
  const run = (to: string) => start('--backend', backend, '--connect', `upstream=${to}`, proxy);

  test('by address and by name, with half-close both ways', async () => {
    const port = await shouter(0);
    for (const host of ['127.0.0.1', 'localhost']) {
      running = await run(`${host}:${port}`);
      expect(await ask(running.port, 'hello')).toBe('HELLOBYE');
      expect(running.stderr()).toContain(`connected to 127.0.0.1:${port}\n`);
      running.child.kill();
      await running.ended();
    }
  });

  test('a refused connect is an error of that connection alone', async () => {
    const port = await closedPort();
    for (const host of ['127.0.0.1', 'localhost']) {
      running = await run(`${host}:${port}`);
      expect(await ask(running.port, 'hello')).toBe('CONNREFUSED');
      expect(await ask(running.port, 'hello')).toBe('CONNREFUSED');
      running.child.kill();
      await running.ended();
    }
  });

  test('a hundred at once, each with its own answers', async () => {
    const port = await shouter(0);
    running = await run(`localhost:${port}`);
    const proxied = running.port;
    const texts = Array.from({ length: 100 }, (_, index) => `client ${index} `.repeat(50));
    const answers = await Promise.all(texts.map((text) => ask(proxied, text)));
    expect(answers).toEqual(texts.map((text) => `${text.toUpperCase()}BYE`));
  });
});

test('an upstream that resets resets the client', async () => {
  const port = await shouter(0, (socket) => socket.once('data', () => socket.resetAndDestroy()));
  running = await start('--connect', `upstream=127.0.0.1:${port}`, proxy);
  const socket = createConnection(running.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('hello');
  socket.resume();
  await once(socket, 'close');
  await running.says('upstream: CONNRESET');
});

test('a Unix socket is an upstream too', async () => {
  const path = join(folder, 'upstream.sock');
  await shouter(path);
  running = await start('--connect', `upstream=unix:${path}`, proxy);
  expect(await ask(running.port, 'hello')).toBe('HELLOBYE');
  expect(running.stderr()).toContain(`connected to unix:${path}\n`);
  running.child.kill();
  await running.ended();
  rmSync(path, { force: true });
});

test('a name that does not resolve is said on stderr, once', async () => {
  running = await start('--connect', 'upstream=no-such-host.invalid:80', proxy);
  expect(await ask(running.port, 'x')).toBe('HOSTUNREACH');
  expect(await ask(running.port, 'x')).toBe('HOSTUNREACH');
  expect(running.stderr().match(/cannot resolve 'no-such-host\.invalid'/g)).toHaveLength(1);
});

test('a name that nobody allowed does not exist', async () => {
  running = await start('--connect', 'other=127.0.0.1:1', proxy);
  expect(await ask(running.port, 'x')).toBe('NOENT');
});

test.each([
  ['x', /the port is missing/],
  ['db=x:0', /port '0' is not in 1 to 65535/],
  ['=x:1', /the name before '=' is missing/],
  ['a b=x:1', /is no name/],
  [':80', /the host is missing/],
  ['unix:/x', /a Unix socket needs a name/],
  ['x=unix:', /the path is missing/],
  ['::1:80', /in brackets/],
])('--connect %s is a mistake', (text, message) => {
  const { status, stderr } = pollux('run', '--connect', text, 'x.wasm');
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(
    /^pollux: cannot allow the guest to connect to .*\nTry 'pollux run --help'\.\n$/,
  );
  expect(status).toBe(2);
});

test('a directory can’t take the place of /dev, which it needs', () => {
  const { status, stderr } = pollux('run', '-c', 'a=x:1', '--dir', `${folder}::/dev`, proxy);
  expect(stderr).toMatch(/with --connect the guest needs the \/dev of pollux/);
  expect(status).toBe(1);
});

test('a name given twice is a mistake', () => {
  const { status, stderr } = pollux('run', '-c', 'a=x:1', '-c', 'a=y:1', proxy);
  expect(stderr).toMatch(/the name 'a' is given twice/);
  expect(status).toBe(1);
});
