// SPDX-License-Identifier: MIT
// libevent's bench as a guest and in C: all bytes arrive, whatever waits for them, and who asks for too much is told.

import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildGuest } from '../../examples/build.mjs';
import { type ChainOptions, type ChainRuntime, runChain } from '../../src/compare/chain.ts';
import { nativeProgram } from '../../src/compare/programs.ts';
import { backends } from '../../src/index.ts';
import { find } from '../runtimes/index.mjs';
import { missing, root } from '../support/server.ts';

const guest = 'build/tests/compare/bench-chain.wasm';
const native = nativeProgram('pollux-chain');
const pollux = join(root, 'dist/pollux.js');
const SMALL = ['-n', '50', '-a', '5', '-w', '200', '-r', '3'];
const BACKENDS = backends()
  .filter(({ available }) => available)
  .map(({ name }) => name);
const node: ChainRuntime = { name: 'node', command: process.execPath, args: [] };

beforeAll(async () => {
  await buildGuest('examples/bench-chain.ts', guest);
});

const started = (program: string, args: readonly string[]) =>
  spawnSync(program, args, { encoding: 'utf8', timeout: 50_000, killSignal: 'SIGKILL' });

function runGuest(
  backend: string,
  args: readonly string[],
  { wayBack = true, program = node } = {},
) {
  const address = `unix:@pollux-test-${randomUUID()}`;
  const way = ['--listen', address, ...(wayBack ? ['--connect', `next=${address}`] : [])];
  const words = [pollux, 'run', '--backend', backend, ...way, join(root, guest), ...args];
  return started(program.command, [...program.args, ...words]);
}

/** What must be the same wherever it runs; times are not. */
function counts(stdout: string) {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { ns, nsPerEvent, ...rest } = JSON.parse(line);
      expect(ns).toBeGreaterThan(0);
      expect(Math.abs(nsPerEvent - ns / rest.bytes)).toBeLessThan(0.01);
      return rest;
    });
}

const EXPECTED = [1, 2, 3].map((run) => ({
  ...{ run, runs: 3, pairs: 50, active: 5, writes: 200 },
  ...{ bytes: 205, reads: 205, written: 200 },
}));

describe.each(BACKENDS)('the guest on %s', (backend) => {
  test('sends every byte once, and sees every one arrive', () => {
    const { status, stdout, stderr } = runGuest(backend, SMALL);
    expect([status, stderr]).toEqual([0, expect.stringContaining(`backend ${backend}`)]);
    expect(counts(stdout)).toEqual(EXPECTED);
  });

  test('loses none where every pair is active and each holds several bytes', () => {
    const { status, stdout } = runGuest(backend, ['-n', '7', '-a', '7', '-w', '100', '-r', '2']);
    expect(status).toBe(0);
    for (const line of counts(stdout)) expect(line).toMatchObject({ bytes: 107, written: 100 });
  });
});

describe.each(['bun', 'deno'])('the guest under %s', (name) => {
  test.skipIf(missing(name) !== undefined)('sees every byte arrive', () => {
    const { status, stdout } = runGuest('epoll', SMALL, { program: find(name) as ChainRuntime });
    expect(status).toBe(0);
    expect(counts(stdout)).toEqual(EXPECTED);
  });
});

describe.each(['epoll', 'poll', 'select'])('the program in C on %s', (backend) => {
  test('counts what the guest counts', () => {
    const { status, stdout } = started(native, [...SMALL, '--backend', backend]);
    expect(status).toBe(0);
    expect(counts(stdout)).toEqual(EXPECTED);
  });
});

describe('more pairs than there is room for', () => {
  test('select ends the guest, which says that it stops at 1,024 descriptors', () => {
    const { status, stdout, stderr } = runGuest('select', ['-n', '600']);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/pair \d+ of 600: .*no descriptor is left.*select.*1,023/);
  });

  test('select ends the program in C', () => {
    const { status, stderr } = started(native, ['-n', '600', '--backend', 'select']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/pair \d+ of 600 .*select stops at 1,024/);
  });

  test('a limit of descriptors ends the guest, whichever end of a pair met it', () => {
    // One more or less decides whether it is the dialled or the accepted end.
    for (const limit of [120, 121]) {
      const program = { ...node, command: 'prlimit', args: [`--nofile=${limit}`, node.command] };
      const { status, stderr } = runGuest('epoll', ['-n', '500'], { program });
      expect([limit, status, stderr]).toEqual([limit, 1, expect.stringMatching(/ulimit -n/)]);
    }
  });
});

describe('wrong arguments', () => {
  const WRONG: [string[], RegExp][] = [
    [['-n', '5x'], /-n needs a whole number of at least 1, not '5x'\nusage: /],
    [['-a', '0'], /-a needs a whole number of at least 1, not '0'/],
    [['-w'], /-w needs a whole number of at least 0, not ''/],
    [['-n', '4', '-a', '5'], /-a 5 is more than there are pairs, -n 4/],
    [['-x', '1'], /unknown option '-x'\nusage: /],
  ];
  test.each(WRONG)('%j end guest and program with status 2 and the reason', (args, reason) => {
    for (const { status, stdout, stderr } of [runGuest('epoll', args), started(native, args)]) {
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(reason);
    }
  });

  test('without a way back to its listener the guest says which options it needs', () => {
    const { status, stderr } = runGuest('epoll', SMALL, { wayBack: false });
    expect(status).toBe(1);
    expect(stderr).toContain('--connect next=');
  });
});

describe('runChain', () => {
  const options: ChainOptions = {
    runtimes: [node],
    backends: ['epoll', 'select'],
    pollux,
    guest: join(root, guest),
    native,
    n: [20, 600],
    active: 2,
    writes: 50,
    repeat: 2,
    runs: 3,
  };

  test('pairs each sample with C, and says why a cell is empty', async () => {
    const seen: number[] = [];
    const result = await runChain({ ...options, onProgress: ({ done }) => seen.push(done) });
    expect(result.contenders.map(({ name }) => name)).toEqual([
      'c-epoll',
      'node-epoll',
      'node-select',
    ]);
    expect(seen).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(result.cells).toHaveLength(6);
    for (const { contender, pairs, samples, nsPerEvent, toLimit, skipped } of result.cells) {
      expect(samples).toHaveLength(2);
      if (contender === 'node-select' && pairs === 600) {
        expect([samples, nsPerEvent, toLimit]).toEqual([[null, null], null, null]);
        expect(skipped).toContain('select');
      } else {
        expect(skipped).toBeUndefined();
        for (const sample of samples) expect(sample).toMatchObject({ bytes: 52, reads: 52 });
        expect(nsPerEvent?.min).toBeLessThanOrEqual(nsPerEvent?.max ?? 0);
        if (contender === 'c-epoll') expect(toLimit).toMatchObject({ median: 1, spread: 0 });
      }
    }
  });

  test('keeps what was measured when it is interrupted', async () => {
    const controller = new AbortController();
    const onProgress = ({ done }: { done: number }) => done === 2 && controller.abort();
    const result = await runChain({ ...options, signal: controller.signal, onProgress });
    expect(result.interrupted).toBe(true);
    expect(result.cells.flatMap(({ samples }) => samples.filter(Boolean))).toHaveLength(2);
    expect(result.cells.filter(({ skipped }) => skipped !== undefined)).toEqual([]);
  });

  test('a program that is not there is told by its cells', async () => {
    const result = await runChain({ ...options, native: '/nonexistent/pollux-chain', n: [20] });
    expect(result.cells[0]?.skipped).toContain('ENOENT');
    expect(result.cells[1]).toMatchObject({
      nsPerEvent: { median: expect.any(Number) },
      toLimit: null,
    });
  });

  test('more active pairs than pairs are refused before anything runs', async () => {
    const refused = { code: 'ERR_OPTION', message: expect.stringContaining('30 active pairs') };
    await expect(runChain({ ...options, active: 30 })).rejects.toMatchObject(refused);
  });
});
