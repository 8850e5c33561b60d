// SPDX-License-Identifier: MIT
// A new module in the place of the running one: by SIGHUP, and by --watch.

import { once } from 'node:events';
import { copyFileSync, renameSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { testGuest } from '../unit/guest/guests.ts';
import { echo, folder, start } from './pollux.ts';

let probe: string;
beforeAll(async () => {
  probe = await testGuest('reactor-probe');
});

async function ask(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  return String((await once(socket, 'data'))[0]);
}

/** `log` has the probe, and not echo, write to standard error. */
async function isProbe(port: number, stderr: () => string): Promise<boolean> {
  const before = stderr().length;
  const socket = createConnection(port, '127.0.0.1');
  expect(await ask(socket, 'log\n')).toBe('log\n');
  socket.destroy();
  return stderr().slice(before).includes('to standard error');
}

let count = 0;
function moduleFile(): string {
  const path = join(folder, `served-${count++}.wasm`);
  copyFileSync(echo, path);
  return path;
}

/** As compilers do: the new file takes the old one's place. */
function replace(path: string, by: string | Uint8Array): void {
  if (typeof by === 'string') copyFileSync(by, `${path}.new`);
  else writeFileSync(`${path}.new`, by);
  renameSync(`${path}.new`, path);
}

describe.each([
  ['blocking', []],
  ['worker', ['--mode', 'worker']],
] as const)('SIGHUP in mode %s', (_mode, flags) => {
  test('new connections go to the new module, an open one stays; twice', async () => {
    const path = moduleFile();
    const { child, port, says, stderr, ended } = await start(...flags, path);
    expect(await isProbe(port, stderr)).toBe(false);
    const old = createConnection(port, '127.0.0.1');
    expect(await ask(old, 'one')).toBe('one');
    replace(path, probe);
    child.kill('SIGHUP');
    await expect.poll(() => isProbe(port, stderr), { timeout: 10_000 }).toBe(true);
    expect(await ask(old, 'two')).toBe('two');
    old.end();
    await says('was loaded anew');
    replace(path, echo);
    child.kill('SIGHUP');
    await expect.poll(() => isProbe(port, stderr), { timeout: 10_000 }).toBe(false);
    child.kill('SIGTERM');
    expect(await ended()).toEqual([0, null]);
  });

  test('a broken module is reported at once, and the old one goes on', async () => {
    const path = moduleFile();
    const { child, port, says, stderr, ended } = await start(...flags, path);
    replace(path, Buffer.from('broken'));
    child.kill('SIGHUP');
    await says('is not a WebAssembly module');
    expect(await isProbe(port, stderr)).toBe(false);
    child.kill('SIGTERM');
    expect(await ended()).toEqual([0, null]);
  });
});

test('--watch loads what was written, whenever it was', async () => {
  const path = moduleFile();
  const { child, port, says, stderr, ended } = await start('--watch', path);
  replace(path, probe);
  await says('was loaded anew');
  await expect.poll(() => isProbe(port, stderr), { timeout: 10_000 }).toBe(true);
  replace(path, Buffer.from('broken'));
  await says('cannot load');
  await expect.poll(() => isProbe(port, stderr), { timeout: 10_000 }).toBe(true);
  child.kill('SIGTERM');
  expect(await ended()).toEqual([0, null]);
});
