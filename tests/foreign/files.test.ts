// SPDX-License-Identifier: MIT
// Listeners and directories in one guest, as C, Go and Rust find them: every one of them scans from fd 3
// for its directories, and must neither stop at a listener nor take one for a directory. Go's part is
// in http.test.ts, and here with several listeners.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { bytes, Client } from '../support/client.ts';
import { cellsAsComponent, cellsOf, describeCell, serve, start } from './cells.ts';
import { endsBySignal } from './scenarios.ts';

async function line(client: Client): Promise<string> {
  let text = '';
  while (!text.endsWith('\n')) text += await client.readText(1);
  return text.slice(0, -1);
}

for (const cell of [...cellsOf('c-stdio'), ...cellsAsComponent('c-stdio')]) {
  describeCell(cell, () => {
    const it = serve(cell);
    it('stores, lists and gives back files by stdio, over a connection that is a FILE', async (server) => {
      const client = await Client.connect(server.port);
      await client.send('GET first\n');
      expect(await line(client)).toBe('ERROR No such file or directory');
      // Longer than every buffer on the way, and no multiple of one.
      const data = bytes(3_000_017, 5);
      await client.send(`PUT first ${data.length}\n`);
      await client.send(data);
      expect(await line(client)).toBe(`OK ${data.length}`);
      expect(readFileSync(join(server.folder, 'first')).equals(data)).toBe(true);
      await client.send('GET first\nPUT second 3\nabcLIST\n');
      expect(await line(client)).toBe(`OK ${data.length}`);
      expect((await client.read(data.length)).equals(data)).toBe(true);
      expect(await line(client)).toBe('OK 3');
      const names = [await line(client), await line(client)].sort();
      expect([...names, await line(client)]).toEqual(['first', 'second', 'OK 2']);
      client.end();
      expect((await client.readToEnd()).length).toBe(0);
      client.close();
    });
    it('serves the next client, and one that leaves amid an upload costs nobody', async (server) => {
      const gone = await Client.connect(server.port);
      await gone.send(`PUT cut 1000\n${'x'.repeat(100)}`);
      gone.reset();
      const client = await Client.connect(server.port);
      await client.send('GET second\n');
      expect(await line(client)).toBe('OK 3');
      expect(await client.readText(3)).toBe('abc');
      client.close();
      expect(server.isAlive()).toBe(true);
      expect(server.stdout()).toBe('ready\n');
    });
    it('cannot leave its directory', async (server) => {
      const client = await Client.connect(server.port);
      await client.send('GET ../../etc/passwd\n');
      expect(await line(client)).toMatch(/^ERROR /);
      client.close();
    });
  });
}

describe('a directory beside the listeners', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pollux-beside-'));
    mkdirSync(join(folder, 'deep'));
    writeFileSync(join(folder, 'deep', 'greeting'), 'welcome\n');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  // The server's own listener and directory come first; these stand before and behind more of them.
  const orders: Readonly<Record<string, (dir: string) => string[]>> = {
    'directories first': (dir) => ['--dir', dir, '--listen', 'b=127.0.0.1:0'],
    'listeners first': (dir) => ['--listen', 'b=127.0.0.1:0', '--dir', dir],
    'in turn': (dir) => ['--listen', 'b=127.0.0.1:0', '--dir', dir, '--listen', 'c=127.0.0.1:0'],
  };
  for (const [order, options] of Object.entries(orders)) {
    for (const example of ['rust-std', 'rust-mio', 'rust-tokio']) {
      const cell = { example, runtime: 'node', backend: 'auto', args: ['/more/deep/greeting'] };
      describeCell(cell, () => {
        test(`is found by ${example}, ${order}`, async () => {
          const server = await start({ ...cell, options: options(`${folder}::/more`) });
          const client = await Client.connect(server.port);
          expect(await client.readText(8)).toBe('welcome\n');
          await client.send('hello');
          expect(await client.readText(5)).toBe('hello');
          client.close();
          await server.stop();
        });
      });
    }
    for (const [example, ask, answer] of [
      ['c-stdio', 'GET deep/greeting\n', 'OK 8\nwelcome\n'],
      ['go-http', 'GET /files/deep/greeting HTTP/1.0\r\n\r\n', '\r\n\r\nwelcome\n'],
    ] as const) {
      const cell = { example, runtime: 'node', backend: 'auto', mount: '/other' };
      describeCell(cell, () => {
        test(`is found by ${example}, ${order}`, async () => {
          const server = await start({ ...cell, options: options(`${folder}::/data`) });
          const client = await Client.connect(server.port);
          await client.send(ask);
          client.end();
          expect((await client.readToEnd()).toString().endsWith(answer)).toBe(true);
          client.close();
          await server.stop();
        });
      });
    }
  }
});

describe('Go with several listeners', () => {
  for (const cell of cellsOf('go-echo', { options: ['--listen', 'b=127.0.0.1:0'] })) {
    describeCell(cell, () => {
      const it = serve(cell);
      it('accepts on each of them', async (server) => {
        // Each listener is a line of its own, and the first is all that a start waits for.
        const ports = await vi.waitFor(() => {
          const found = [...server.stderr().matchAll(/127\.0\.0\.1:(\d+) /g)];
          expect(found).toHaveLength(2);
          return found.map(([, port]) => Number(port));
        }, 10_000);
        for (const port of [...ports, ...ports]) {
          const client = await Client.connect(port);
          await client.send(`to ${port}`);
          expect(await client.readText(`to ${port}`.length)).toBe(`to ${port}`);
          client.close();
        }
      });
      it('SIGINT ends it', (server) => endsBySignal(server, 'SIGINT'));
    });
  }
});
