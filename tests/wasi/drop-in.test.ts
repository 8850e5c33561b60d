// SPDX-License-Identifier: MIT
// One program, once with node:wasi and once with pollux/wasi: the same output, under each runtime.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runtimes } from '../runtimes/index.mjs';
import { testGuest } from '../unit/guest/guests.ts';

const program = fileURLToPath(new URL('program.mjs', import.meta.url));
const ours = pathToFileURL(fileURLToPath(new URL('../../dist/wasi.js', import.meta.url))).href;
let guest: string;
let root: string;

beforeAll(async () => {
  guest = await testGuest('wasi-tour');
  root = mkdtempSync(join(tmpdir(), 'pollux-wasi-'));
  mkdirSync(join(root, 'granted'));
  writeFileSync(join(root, 'secret'), 'secret');
  writeFileSync(join(root, 'granted/file'), 'hello');
  symlinkSync('../secret', join(root, 'granted/link-out'));
});
afterAll(() => rmSync(root, { recursive: true }));

interface Scenario {
  readonly name: string;
  readonly args: readonly string[];
  readonly options?: object;
  readonly how?: string;
  readonly input?: string;
  /** Of our output; node:wasi's must be the same one. */
  readonly stdout: string;
  readonly status?: number;
  /** Why Node's own output may be another one. */
  readonly differs?: (runtime: string) => string | undefined;
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'arguments, environment and a preopened directory',
    args: ['args', 'env', 'read', 'file'],
    options: { env: { ONE: '1', TWO: 'two words' } },
    stdout: 'tour|args|env|read|file\n1 two words\nhello\nstatus 0\n',
  },
  { name: 'the status of proc_exit is returned', args: ['exit', '7'], stdout: 'status 7\n' },
  {
    name: 'without returnOnExit it ends the process',
    args: ['exit', '7'],
    options: { returnOnExit: false },
    stdout: '',
    status: 7,
  },
  {
    name: 'standard input to its end',
    args: ['stdin'],
    input: 'a line\nand another',
    stdout: 'a line\nand another\nstatus 0\n',
  },
  {
    name: 'stdout on another descriptor',
    args: ['args'],
    options: { stdout: 2 },
    stdout: 'status 0\n',
  },
  {
    name: 'what is outside of the directory is out of reach',
    args: ['read', '../secret', 'read', 'link-out'],
    stdout: 'errno 76\nerrno 76\nstatus 0\n',
    differs: () => 'uvwasi takes `..` of a directory that is named / for the directory itself',
  },
  {
    name: 'a file is written',
    args: ['write', 'new', 'read', 'new'],
    stdout: 'errno 0, 7 bytes\nwritten\nstatus 0\n',
  },
  {
    name: 'wasiImport by hand',
    args: ['args'],
    how: 'wasiImport',
    stdout: 'tour|args\nstatus 0\n',
  },
  {
    name: 'a function that was replaced',
    args: ['exit', '1'],
    how: 'replaced',
    stdout: 'threw false undefined proc_exit was replaced\n',
  },
  {
    name: 'started twice',
    args: [],
    how: 'twice',
    differs: (name) => (/node-2[02]/.test(name) ? 'it has no finalizeBindings' : undefined),
    stdout: 'threw false ERR_WASI_ALREADY_STARTED WASI instance has already started\n',
  },
  {
    name: 'a command is no reactor',
    args: [],
    how: 'reactor',
    stdout:
      'threw false ERR_INVALID_ARG_TYPE The "instance.exports._start" property must be undefined. Received function _start\n',
  },
  {
    name: 'a trap is thrown as it is',
    args: ['trap'],
    stdout: 'threw true undefined unreachable\n',
  },
];

function run(command: string, args: readonly string[], specifier: string, scenario: Scenario) {
  const { name: _, args: words, options = {}, how = 'import object', input = '' } = scenario;
  const all = { args: ['tour', ...words], preopens: { '/': join(root, 'granted') }, ...options };
  const parameters = [program, specifier, JSON.stringify(all), guest, how];
  return spawnSync(command, [...args, ...parameters], { encoding: 'utf8', timeout: 30_000, input });
}

/** What it printed; an exported function's name is its number. */
function text({ stdout, stderr }: { stdout: string; stderr: string }): string {
  return (stdout + stderr.replace(/^tour\|.*\n/, '')).replace(
    /function \d+\n/,
    'function _start\n',
  );
}

for (const runtime of runtimes()) {
  if ('kind' in runtime && runtime.kind !== 'pollux') continue;
  const missing = 'missing' in runtime;
  describe.skipIf(missing && process.env.CI !== 'true')(runtime.name, () => {
    test.each(SCENARIOS)('$name', (scenario) => {
      if ('missing' in runtime) throw new Error(runtime.missing);
      const { command, args, name } = runtime;
      const own = run(command, args, ours, scenario);
      // The words of a trap are the engine's.
      const words = name === 'bun' && scenario.name.startsWith('a trap') ? /threw true/ : undefined;
      if (words !== undefined) expect(own.stdout).toMatch(words);
      else expect(text(own)).toBe(scenario.stdout);
      expect(own.status).toBe(scenario.status ?? 0);
      // Bun's and Deno's node:wasi differ from Node's, and are not what we are a drop-in for.
      if (!name.startsWith('node') || scenario.differs?.(name) !== undefined) return;
      const theirs = run(command, ['--no-warnings', ...args], 'node:wasi', scenario);
      expect(theirs.stdout).toBe(own.stdout);
      expect(theirs.status).toBe(own.status);
    });
  });
}
