// SPDX-License-Identifier: MIT
// What a component is given: standard streams, listeners, directories, and /dev, in which the guest connects and sees who is connected.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Errno } from '../../host/wasi/errno.ts';
import { Client } from '../support/client.ts';
import { freePort, missing, startServer } from '../support/server.ts';
import { testGuest } from '../unit/guest/guests.ts';
import { COMPONENTS, type Given, isJco, linesOf } from './runtimes.ts';

const ALL = 0xfffffff;
const [DIRECTORY, EXCLUSIVE] = [2, 4];

let module: string;
let folder: string;
let server: Server | undefined;
beforeAll(async () => {
  module = await testGuest('file-calls');
  folder = mkdtempSync(join(tmpdir(), 'pollux-devices-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  server?.close();
  server = undefined;
});

const error = (name: keyof typeof Errno) => String(Errno[name]);

/** A server that greets its clients. What each says is kept under its port. Answers the server's port. */
async function greeter(host: string, said = new Map<number, string>()): Promise<number> {
  server = createServer((socket) => {
    socket.write('hello');
    socket.on('error', () => {});
    const port = socket.remotePort ?? 0;
    socket.on('data', (data) => said.set(port, `${said.get(port) ?? ''}${data}`));
  });
  server.listen(0, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe.each(['node', ...COMPONENTS])('%s', (runtime) => {
  const why = missing(runtime);
  const it = (name: string, body: () => Promise<void>) =>
    test.skipIf(why !== undefined && process.env.CI !== 'true')(
      why === undefined ? name : `${name} (${why})`,
      body,
    );
  const lines = (args: readonly string[], given: Omit<Given, 'module' | 'args'> = {}) =>
    linesOf(runtime, { module, args, ...given });
  const data = (guest: string) => ({ host: folder, guest });
  const prestats = (count: number) => Array.from({ length: count }, (_, i) => `prestat ${i + 3}`);

  it('gives listeners, then directories in their order, then /dev', async () => {
    const told = await lines(prestats(6), {
      listen: ['127.0.0.1:0', 'web=127.0.0.1:0'],
      dirs: [data('/data'), data('second')],
    });
    expect(told).toEqual([
      '0 tag 1 0',
      '0 tag 1 0',
      '0 "/data" short 37',
      '0 "second" short 37',
      '0 "/dev" short 37',
      error('BADF'),
    ]);
  });

  it('gives no /dev that would be of no use, and none in the place of a given one', async () => {
    expect(await lines(prestats(2), { dirs: [data('/data')] })).toEqual([
      '0 "/data" short 37',
      error('BADF'),
    ]);
    const given = { listen: ['127.0.0.1:0'], dirs: [data('/dev')] };
    expect(await lines(['prestat 4', 'prestat 5', 'readdir 4 99'], given)).toEqual([
      '0 "/dev" short 37',
      error('BADF'),
      expect.stringMatching(/^0( \.{1,2}:3){2}$/),
    ]);
  });

  // jco takes every stream for one.
  if (!isJco(runtime)) {
    it('tells which standard streams are terminals', async () => {
      const terminals = async (terminal: boolean) => {
        const told = await lines(['fdstat 0', 'fdstat 1', 'fdstat 2'], { terminal });
        return told.map((line) => line.startsWith('0 type 2 '));
      };
      expect(await terminals(false)).toEqual([false, false, false]);
      expect(await terminals(true)).toEqual([true, false, false]);
    });
  }

  it('connects by name and by address to whom it is allowed to, and to nobody else', async () => {
    const said = new Map<number, string>();
    const port = await greeter('127.0.0.1', said);
    const connect = [`greeter=127.0.0.1:${port}`, `127.0.0.1:${port}`];
    const told = await lines(
      [
        `open 3 tcp/greeter 0 ${ALL}`,
        'read 4 100',
        'write 4 by-name',
        'readlink 3 fd/4 100',
        'readlink 3 fd/4 7',
        `open 3 ./tcp/127.0.0.1/${port} 0 ${ALL}`,
        'read 5 100',
        'write 5 by-address',
        'readlink 3 ./fd/5 100',
        'close 4',
        'readlink 3 fd/4 100',
        'readlink 3 fd/3 100',
        'readlink 3 fd/1 100',
        'readlink 3 fd/x 100',
        `open 3 tcp/other 0 ${ALL}`,
        `open 3 tcp/127.0.0.1/${await freePort()} 0 ${ALL}`,
        `open 3 tcp/127.0.0.2/${port} 0 ${ALL}`,
        `open 3 tcp/greeter ${DIRECTORY} ${ALL}`,
        `open 3 tcp/greeter ${EXCLUSIVE} ${ALL}`,
        `open 3 udp/greeter 0 ${ALL}`,
        `open 3 tcp/ 0 ${ALL}`,
      ],
      { connect },
    );
    const link = (line = '') => /^0 "tcp:127\.0\.0\.1:(\d+)->127\.0\.0\.1:(\d+)"$/.exec(line);
    const [, , , byName, , , , , byAddress] = told.map(link);
    expect([byName?.[1], byAddress?.[1]]).toEqual([String(port), String(port)]);
    await expect.poll(() => said.get(Number(byName?.[2]))).toBe('by-name');
    await expect.poll(() => said.get(Number(byAddress?.[2]))).toBe('by-address');
    expect(told.filter((line) => link(line) === null)).toEqual([
      '0 fd 4',
      '0 "hello"',
      '0 7',
      '0 "tcp:127"',
      '0 fd 5',
      '0 "hello"',
      '0 10',
      '0',
      ...[error('NOENT'), error('NOENT'), error('NOENT'), error('NOENT')],
      ...[error('NOENT'), error('NOTCAPABLE'), error('NOTCAPABLE')],
      ...[error('NOTDIR'), error('EXIST'), error('NOENT'), error('NOENT')],
    ]);
  });

  it('puts addresses of IPv6 in brackets', async () => {
    const port = await greeter('::1');
    const told = await lines(
      [`open 3 tcp/[::1]/${port} 0 ${ALL}`, 'read 4 5', 'readlink 3 fd/4 100'],
      { connect: [`[::1]:${port}`] },
    );
    expect(told.slice(0, 2)).toEqual(['0 fd 4', '0 "hello"']);
    expect(told[2]).toMatch(new RegExp(`^0 "tcp:\\[::1\\]:${port}->\\[::1\\]:\\d+"$`));
  });

  it('connects without waiting, while it serves', async () => {
    const upstream = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (bytes) => socket.end(bytes.toString().toUpperCase()));
    }).listen(0, '127.0.0.1');
    server = upstream;
    await once(upstream, 'listening');
    const { port } = upstream.address() as AddressInfo;
    const proxy = await startServer({
      ...{ example: 'sdk-proxy', module: await testGuest('sdk-proxy'), runtime, backend: 'auto' },
      connect: [`upstream=127.0.0.1:${port}`],
    });
    try {
      const clients = await Promise.all([1, 2, 3].map(() => Client.connect(proxy.port)));
      for (const [i, client] of clients.entries()) await client.send(`client ${i}`);
      for (const [i, client] of clients.entries())
        expect((await client.readToEnd()).toString()).toBe(`CLIENT ${i}`);
      expect(proxy.stderr()).toContain(`connected to 127.0.0.1:${port}\n`);
      upstream.close();
      const refused = await Client.connect(proxy.port);
      expect((await refused.readToEnd()).toString()).toBe('CONNREFUSED');
      expect(proxy.isAlive()).toBe(true);
    } finally {
      await proxy.stop();
    }
  });

  it('tells why a connection is refused, and keeps no number for it', async () => {
    const port = await greeter('127.0.0.1');
    const refused = await freePort();
    const told = await lines(
      [`open 3 tcp/nobody 0 ${ALL}`, `open 3 tcp/greeter 0 ${ALL}`, 'read 4 3'],
      { connect: [`nobody=127.0.0.1:${refused}`, `greeter=127.0.0.1:${port}`] },
    );
    expect(told).toEqual([error('CONNREFUSED'), '0 fd 4', '0 "hel"']);
  });

  it('has nothing else in /dev, and lets nothing be made there', async () => {
    const told = await lines(
      [
        'stat 3 tcp',
        'mkdir 3 x',
        'unlink 3 tcp',
        'readdir 3 100',
        'fdstat 3',
        'flags 3 4',
        'sync 3',
      ],
      { connect: ['127.0.0.1:1'] },
    );
    expect(told).toEqual([
      error('NOENT'),
      error('ROFS'),
      error('ROFS'),
      error('NOTSUP'),
      '0 type 3 flags 0',
      error('INVAL'),
      '0',
    ]);
  });
});
