// SPDX-License-Identifier: MIT
// What pollux/wasi has and node:wasi has not: listeners, outbound connections, a choice of backends. And
// how the module is reached: by require, by its namespaces, by its types.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { WASIOptions as NodeOptions, WASI as NodeWasi } from 'node:wasi';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { backends } from '../../host/index.ts';
import { WASI, type WASIOptions } from '../../src/wasi.ts';
import { runtimes } from '../runtimes/index.mjs';
import { bytes, Client } from '../support/client.ts';
import { testGuest } from '../unit/guest/guests.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const echo = `${root}build/examples/echo.wasm`;
/** A program that runs an echo server on a backend and tells its port. */
function server(backend: string): string {
  return `
    import { readFileSync } from 'node:fs';
    import { createRequire } from 'node:module';
    const { WASI } = createRequire(import.meta.url)(${JSON.stringify(`${root}dist/wasi.js`)});
    const listen = ['127.0.0.1:0'];
    const wasi = new WASI({ version: 'preview1', args: ['echo'], listen, backend: '${backend}' });
    console.log(wasi.addresses[0].port);
    const module = new WebAssembly.Module(readFileSync(${JSON.stringify(echo)}));
    wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));
  `;
}

let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

async function portOf(process: ChildProcess): Promise<number> {
  let text = '';
  for await (const chunk of process.stdout ?? []) {
    text += chunk;
    if (text.includes('\n')) return Number(text);
  }
  throw new Error('the server ended');
}

async function echoes(port: number): Promise<void> {
  const client = await Client.connect(port);
  const data = bytes(300_000, 3);
  const sent = client.send(data);
  expect((await client.read(data.length)).equals(data)).toBe(true);
  await sent;
  client.close();
}

describe('a server, by require', () => {
  const here = { name: 'node', command: process.execPath, args: [] as string[] };
  const others = runtimes().filter((one) => !('kind' in one) || one.kind === 'pollux');
  const cells = [
    ...backends().map(({ name }) => ({ ...here, backend: name })),
    ...others.map((one) => ({ args: [], command: '', ...one, backend: 'auto' })),
  ];
  for (const { name, command, args, backend, ...rest } of cells) {
    const missing = 'missing' in rest ? String(rest.missing) : undefined;
    // Without CI alone: a runtime that could not be installed.
    test.skipIf(missing !== undefined && process.env.CI !== 'true')(
      `on ${backend} under ${name}`,
      async () => {
        if (missing !== undefined) throw new Error(missing);
        const file = `${root}build/tests/wasi-server-${name}-${backend}.mjs`;
        writeFileSync(file, server(backend));
        child = spawn(command, [...args, file], { stdio: ['ignore', 'pipe', 'inherit'] });
        await echoes(await portOf(child));
      },
    );
  }
});

describe('the class', () => {
  let tour: string;
  beforeAll(async () => {
    tour = await testGuest('wasi-tour');
  });

  test('gives addresses, and lets go of them when it is closed', async () => {
    const first = new WASI({ version: 'preview1', listen: ['web=127.0.0.1:0'] });
    const { name, host, port, address } = first.addresses[0] ?? {};
    expect({ name, host, address }).toEqual({
      name: 'web',
      host: '127.0.0.1',
      address: `127.0.0.1:${port}`,
    });
    const again = () => new WASI({ version: 'preview1', listen: [`127.0.0.1:${port}`] });
    expect(again).toThrow(expect.objectContaining({ code: 'ERR_ADDRESS_IN_USE' }));
    first.close();
    again().close();
  });

  test('with unstable has the other namespace, and with listeners their variables', () => {
    const wasi = new WASI({ version: 'unstable', listen: ['127.0.0.1:0'] });
    expect(Object.keys(wasi.getImportObject())).toEqual(['wasi_unstable']);
    expect(wasi.getImportObject().wasi_unstable).toBe(wasi.wasiImport);
    wasi.close();
  });

  test('counts', () => {
    const program = `import { readFileSync } from 'node:fs'; import { WASI } from ${JSON.stringify(`${root}dist/wasi.js`)};
      const wasi = new WASI({ version: 'preview1', args: ['tour', 'stdin'], backend: 'poll' });
      wasi.start(new WebAssembly.Instance(new WebAssembly.Module(readFileSync(${JSON.stringify(tour)})), wasi.getImportObject()));
      console.log(wasi.stats().backend);`;
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      input: 'text',
      encoding: 'utf8',
    });
    expect(out).toBe('text\npoll\n');
  });

  test.each([
    [{ listen: 3 }, TypeError, 'ERR_INVALID_ARG_TYPE'],
    [{ listen: ['nowhere'] }, Error, 'ERR_ADDRESS'],
    [{ connect: ['nowhere'] }, Error, 'ERR_ADDRESS'],
    [{ backend: 'kqueue' }, Error, 'ERR_BACKEND_UNKNOWN'],
    [{ trigger: 'often' }, Error, 'ERR_OPTION'],
    [{ preopens: { '/': '/no/such/directory' } }, Error, 'ERR_DIRECTORY'],
  ])('refuses %j', (options, kind, code) => {
    const make = () => new WASI({ version: 'preview1', ...options } as WASIOptions);
    expect(make).toThrow(kind);
    expect(make).toThrow(expect.objectContaining({ code }));
  });

  test('takes the options of node:wasi, by their types', () => {
    const given: NodeOptions = { version: 'preview1', args: ['tour'], returnOnExit: true };
    const options: WASIOptions = given;
    const wasi: Pick<NodeWasi, 'getImportObject' | 'wasiImport'> = new WASI(options);
    expect(wasi.wasiImport).toHaveProperty('poll_oneoff');
  });
});
