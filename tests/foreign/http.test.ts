// SPDX-License-Identifier: MIT
// Go's net/http behind a router, on preview 1: curl and a raw client ask it, on each backend, under one
// of each kind of runtime, and under Wasmtime, as it is and as a component.

import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { bytes, Client } from '../support/client.ts';
import { type Cell, runsPollux, type Server } from '../support/server.ts';
import { isWasmtime } from '../transcript/matrix.ts';
import { cellsOf, cellsWithoutPollux, describeCell, serve } from './cells.ts';

const MB = 1 << 20;
const lacksCurl = spawnSync('curl', ['--version']).error?.message;
const skip = lacksCurl !== undefined && process.env.CI !== 'true';

/** Files that curl sends and writes. */
let folder: string;
const upload = bytes(10 * MB, 9);
const inFolder = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pollux-curl-'));
  writeFileSync(inFolder('upload'), upload);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const execute = promisify(execFile);

/** curl's output, with its own errors as errors. */
async function curl(server: Server, path: string, ...options: string[]): Promise<string> {
  const url = `http://127.0.0.1:${server.port}${path}`;
  const all = ['--silent', '--show-error', '--noproxy', '*', '--max-time', '50', ...options, url];
  return (await execute('curl', all, { maxBuffer: 64 * MB })).stdout;
}

/** What /bytes sends. */
function pattern(length: number): Buffer {
  const data = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i++) data[i] = i % 251;
  return data;
}

function prepare({ folder }: Server): void {
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'page.txt'), 'a page of the directory\n');
  writeFileSync(join(folder, 'sub', 'big.bin'), bytes(3 * MB, 4));
}

function requests(cell: Cell): void {
  const it = serve(cell, prepare);
  it('routes, parameters, and what is not there', async (server) => {
    expect(await curl(server, '/')).toBe('hello from wasip1\n');
    expect(await curl(server, '/hello/pollux')).toBe('hello, pollux\n');
    const status = ['--output', inFolder('gone'), '--write-out', '%{http_code}'];
    expect(await curl(server, '/nowhere', ...status)).toBe('404');
    expect(await curl(server, '/sum', ...status)).toBe('405');
  });
  it('three requests on one connection', async (server) => {
    const url = `http://127.0.0.1:${server.port}/hello/second`;
    const out = ['--write-out', '%{num_connects} ', url, url];
    expect(await curl(server, '/hello/third', ...out)).toBe(
      'hello, second\n1 hello, second\n0 hello, third\n0 ',
    );
  });
  it('a chunked answer, flushed piece by piece', async (server) => {
    const text = await curl(server, '/chunked/40', '--include');
    expect(text).toMatch(/transfer-encoding: chunked/i);
    expect(text).toContain(Array.from({ length: 40 }, (_, i) => `chunk ${i}\n`).join(''));
  });
  it('10 MB down, and 10 MB down slowly', async (server) => {
    await curl(server, `/bytes/${10 * MB}`, '--output', inFolder('down'));
    expect(readFileSync(inFolder('down')).equals(pattern(10 * MB))).toBe(true);
    await curl(server, `/bytes/${10 * MB}`, '--limit-rate', '20M', '--output', inFolder('slow'));
    expect(readFileSync(inFolder('slow')).equals(pattern(10 * MB))).toBe(true);
  });
  it('10 MB up, with its length and in chunks', async (server) => {
    const body = ['--data-binary', `@${inFolder('upload')}`, '--header', 'Expect:'];
    const sum = createHash('sha256').update(upload).digest('hex');
    expect(await curl(server, '/sum', ...body)).toBe(`${upload.length} ${sum}\n`);
    const chunked = ['--header', 'Transfer-Encoding: chunked'];
    expect(await curl(server, '/sum', ...body, ...chunked)).toBe(`${upload.length} ${sum}\n`);
  });
  it('10 MB up and down at the same time', async (server) => {
    const body = ['--data-binary', `@${inFolder('upload')}`, '--header', 'Expect:'];
    await curl(server, '/echo', ...body, '--output', inFolder('both'));
    expect(readFileSync(inFolder('both')).equals(upload)).toBe(true);
  });
  it('an error in one request costs that request alone', async (server) => {
    const status = ['--output', inFolder('gone'), '--write-out', '%{http_code}'];
    expect(await curl(server, '/panic', ...status)).toBe('500');
    expect(await curl(server, '/')).toBe('hello from wasip1\n');
  });
  it('200 connections that are kept, each with two requests', async (server) => {
    const clients = await Promise.all(
      Array.from({ length: 200 }, () => Client.connect(server.port)),
    );
    for (let round = 0; round < 2; round++) {
      await Promise.all(
        clients.map((client, i) =>
          client.send(`GET /hello/${round}-${i} HTTP/1.1\r\nHost: x\r\n\r\n`),
        ),
      );
      for (const [i, client] of clients.entries()) {
        const body = `hello, ${round}-${i}\n`;
        expect(await readAnswer(client)).toBe(body);
      }
    }
    for (const client of clients) client.close();
  });
  it('pipelined requests, cut at odd places, are answered in order', async (server) => {
    const client = await Client.connect(server.port);
    const all = Array.from(
      { length: 30 },
      (_, i) => `GET /hello/${i} HTTP/1.1\r\nHost: x\r\n\r\n`,
    ).join('');
    for (let at = 0; at < all.length; at += 37) await client.send(all.slice(at, at + 37));
    for (let i = 0; i < 30; i++) expect(await readAnswer(client)).toBe(`hello, ${i}\n`);
    client.end();
    expect((await client.readToEnd()).length).toBe(0);
    client.close();
  });
  // On Wasmtime a listener hides the directories behind it from Go: fd_prestat_get answers EBADF.
  if (isWasmtime(cell)) return;
  it('files of a directory beside the listener', async (server) => {
    expect(await curl(server, '/files/page.txt')).toBe('a page of the directory\n');
    await curl(server, '/files/sub/big.bin', '--output', inFolder('big'));
    expect(readFileSync(inFolder('big')).equals(bytes(3 * MB, 4))).toBe(true);
    expect(await curl(server, '/files/page.txt', '--range', '2-5')).toBe('page');
    expect(await curl(server, '/files/')).toContain('<a href="sub/">sub/</a>');
    const status = ['--output', inFolder('gone'), '--write-out', '%{http_code}', '--path-as-is'];
    expect(await curl(server, '/files/../../etc/passwd', ...status)).not.toBe('200');
    expect(await curl(server, '/files/none', ...status)).toBe('404');
  });
  if (!runsPollux(cell.runtime)) return;
  it('SIGTERM ends it', async (server) => {
    // Its accept fails, and http.Serve returns: see endsBySignal.
    expect(await server.end('SIGTERM')).toEqual({ code: expect.any(Number), signal: null });
  });
}

/** One answer with a Content-Length: its body. */
async function readAnswer(client: Client): Promise<string> {
  let head = '';
  while (!head.endsWith('\r\n\r\n')) head += await client.readText(1);
  return client.readText(Number(/content-length: (\d+)/i.exec(head)?.[1]));
}

describe.skipIf(skip)(`curl${lacksCurl === undefined ? '' : ` (${lacksCurl})`}`, () => {
  for (const cell of [...cellsOf('go-http'), ...cellsWithoutPollux('go-http')]) {
    describeCell(cell, () => requests(cell));
  }
});
