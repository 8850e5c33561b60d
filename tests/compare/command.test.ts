// SPDX-License-Identifier: MIT
// `pollux compare` as a user runs it, in windows so short that no time means anything; none is asserted.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Comparison } from '../../src/compare/result.ts';
import { cli, file, folder, guest, root } from '../cli/pollux.ts';
import { op } from '../cli/wasm.ts';

/** Runs to the end, beside other tests: a second or two of windows may take a minute. */
async function compare(...args: string[]) {
  const child = spawn(process.execPath, [cli, 'compare', ...args], {
    env: { ...process.env, NO_COLOR: '1', PATH: process.env.PATH ?? '' },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const [status] = await once(child, 'close');
  return { status: status as number, stdout, stderr };
}

const SHORT = ['--duration', '50ms', '--repeat', '1', '--active', '2', '--idle', '0'];
const example = (name: string) => join(root, 'build/examples', `${name}.wasm`);
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Comparison;

test('each backend of this machine beside native C and node:net, with its counters', async () => {
  const [json, html] = [join(folder, 'all.json'), join(folder, 'all.html')];
  const ended = await compare(
    ...SHORT,
    '--runtimes',
    'node,c,node-net',
    '--json',
    json,
    '--html',
    html,
  );
  expect(ended.stderr).toContain(`wrote ${json}`);
  expect(ended.status).toBe(0);
  const { cells, contenders, command } = read(json);
  expect(command).toContain('compare --duration 50ms');
  expect(contenders.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['node-epoll', 'node-poll', 'node-select', 'c-epoll', 'node-net']),
  );
  for (const { contender, figures, perRequest, skipped } of cells) {
    expect(skipped, contender).toBeUndefined();
    expect(figures?.rate.median, contender).toBeGreaterThan(0);
    expect(figures?.errors.max, contender).toBe(0);
    // One answer a request, told by the server's own host.
    if (perRequest) expect(perRequest.events, contender).toBeGreaterThan(0);
    expect(ended.stdout).toContain(contender);
  }
  const of = (name: string) => cells.find(({ contender }) => contender === name)?.perRequest;
  expect(of('node-select')?.fdsPerWait).toBeGreaterThanOrEqual(3);
  expect(of('node-epoll')?.fdsToKernel).toBeLessThan(0.5);
  expect(of('node-epoll')?.syscalls.recv).toBeGreaterThan(0.9);
  expect(of('node-epoll')?.hitRate).toBe(1);
  expect(readFileSync(html, 'utf8')).toContain('</html>');
}, 120_000);

test('with the same result as its baseline', async () => {
  const json = join(folder, 'base.json');
  await compare(...SHORT, '--runtimes', 'c', '--json', json);
  const again = await compare(...SHORT, '--runtimes', 'c', '--baseline', json);
  expect(again.stdout).toContain('Against the baseline of');
  expect([0, 1]).toContain(again.status);
}, 120_000);

test('a runtime that is not here is told, with what installs it; select’s limit too', async () => {
  const args = ['--active', '1', '--idle', '0,1100', '--duration', '50ms', '--repeat', '1'];
  const runtimes = ['--runtimes', 'node,bun', '--runtime', 'bun=/nonexistent/bun'];
  const ended = await compare(...args, ...runtimes, '--backends', 'select');
  expect(ended.stderr).toContain('bun is left out');
  expect(ended.stdout).toContain('select holds 1,024 descriptors; 1101 connections are too many.');
  expect(ended.status).toBe(0);
}, 120_000);

test('where nobody is left, that is an error', async () => {
  const ended = await compare(...SHORT, '--runtimes', 'bun', '--runtime', 'bun=/nonexistent/bun');
  expect(ended.status).toBe(1);
  expect(ended.stderr).toContain('nobody is left to compare');
});

test.each([
  [
    'traps',
    () => guest({ code: op.unreachable }),
    /did not start: .*: error: GuestTrap: unreachable/,
  ],
  ['ends at once', () => guest({}), /ended while it was measured: it ended with status 0\n/],
  ['answers something else', () => example('chat'), /is the guest an echo server\?/],
])(
  'a guest that %s fails alone, and says why in one line',
  async (_, make, reason) => {
    const json = join(folder, 'failed.json');
    const args = ['--runtimes', 'node,c', '--backends', 'epoll', '--json', json];
    const ended = await compare(...SHORT, make(), ...args);
    expect(ended.stdout).toMatch(/node-epoll +│ not measured/);
    expect(ended.stdout).toMatch(reason);
    expect(ended.stdout).not.toContain('    at '); // no stack
    expect(ended.stdout).toMatch(/c-epoll +│ +\d/);
    expect(ended.stdout).not.toContain('fastest guest');
    expect(read(json).cells[0]?.skipped).toMatch(/^.+$/);
    // Of the guest, nothing could be measured.
    expect(ended.status).toBe(1);
  },
  120_000,
);

test.each([
  ['is not there', () => join(folder, 'none.wasm'), 'there is no such file'],
  ['is no module', () => file('text.wasm', 'hello'), 'is not a WebAssembly module'],
])('a guest that %s is refused before anything is measured', async (_, make, why) => {
  const ended = await compare(...SHORT, make());
  expect(ended.stderr).toContain(why);
  expect(ended.stdout).toBe('');
  expect(ended.status).toBe(1);
});

test.each([
  [[...SHORT, '--runtimes', 'c', '--json']],
  [[...SHORT, '--runtimes', 'c', '--html']],
  [['--chain', '--runtimes', 'c', '--repeat', '1', '--json']],
])(
  '%j with a file that cannot be written is refused before anything is measured',
  async (args) => {
    for (const path of [join(folder, 'no', 'such', 'folder.json'), folder, '']) {
      const ended = await compare(...args, path);
      expect(ended.stderr).toContain('the result cannot be written');
      expect(ended.stdout).toBe('');
      expect(ended.status).toBe(1);
    }
  },
  60_000,
);

test('a file that is there stays as it was where nothing comes of the comparison', async () => {
  const [kept, fresh] = [file('kept.json', 'kept'), join(folder, 'fresh.html')];
  const args = ['--runtimes', 'bun', '--runtime', 'bun=/nonexistent/bun'];
  expect((await compare(...SHORT, ...args, '--json', kept, '--html', fresh)).status).toBe(1);
  expect(readFileSync(kept, 'utf8')).toBe('kept');
  expect(existsSync(fresh)).toBe(false);
});

test('--chain without anybody is an error too', async () => {
  const ended = await compare('--chain', '--runtimes', 'bun', '--runtime', 'bun=/nonexistent/bun');
  expect(ended.stderr).toContain('nobody is left to compare');
  expect(ended.status).toBe(1);
});

test('SIGTERM keeps what was measured, and no server goes on', async () => {
  const json = join(folder, 'terminated.json');
  const args = ['--runtimes', 'c', '--active', '1', '--idle', '0', '--repeat', '1'];
  const child = spawn(process.execPath, [
    cli,
    'compare',
    ...args,
    '--duration',
    '60s',
    '--json',
    json,
  ]);
  const servers = () =>
    readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ');
  await expect.poll(() => servers().length, { timeout: 20_000 }).toBeGreaterThan(1);
  const started = servers();
  child.kill('SIGTERM');
  const [status] = await once(child, 'close');
  expect(status).toBe(128 + 15);
  expect(read(json).interrupted).toBe(true);
  for (const pid of started) expect(existsSync(`/proc/${pid}`), pid).toBe(false);
}, 60_000);

test('Ctrl-C keeps what was measured', async () => {
  const json = join(folder, 'early.json');
  const args = [
    'compare',
    '--runtimes',
    'c',
    '--active',
    '1',
    '--idle',
    '0',
    '--duration',
    '100ms',
  ];
  const child = spawn(process.execPath, [cli, ...args, '--repeat', '500', '--json', json], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
    if (child.killed || !stderr.includes('(3 of 500)')) return;
    child.kill('SIGINT');
  });
  const [status] = await once(child, 'close');
  expect(status).toBe(130);
  expect(stderr).toContain('ended early');
  const { interrupted, cells } = read(json);
  expect(interrupted).toBe(true);
  expect(cells[0]?.samples.length).toBeGreaterThanOrEqual(2);
}, 120_000);

test.each([
  ['--active', '0', 'nothing to measure'],
  ['--idle', 'many', 'no list of connections'],
  ['--size', '0', 'no size of a message'],
  ['--duration', '2h', 'no duration'],
  ['--repeat', '0', 'no number of repetitions'],
  ['--backends', 'kqueue', "unknown backend 'kqueue'"],
  ['--runtimes', 'ie6', "unknown runtime 'ie6'"],
  ['--runtime', 'bun', 'write NAME=FILE'],
])('%s %s is refused before anything is measured', async (option, value, why) => {
  const { status, stderr } = await compare(option, value);
  expect(stderr).toContain(why);
  expect(status).toBe(2);
});

test('a baseline that is none is refused before anything is measured', async () => {
  const { status, stderr } = await compare('--baseline', join(folder, 'no-such-file'));
  expect(stderr).toContain('cannot be read');
  expect(status).toBe(1);
  expect(existsSync(join(folder, 'no-such-file'))).toBe(false);
});
