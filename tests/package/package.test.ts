// SPDX-License-Identifier: MIT
// The package as npm gives it to others: what is in it, and that it runs in an empty folder on a machine
// without a compiler.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Comparison } from '../../src/compare/result.ts';
import { echo, type Installed, installTarball, root, talkTo } from './installed.ts';

let installed: Installed;
let project: string;
beforeAll(() => {
  installed = installTarball();
  project = installed.project;
});
afterAll(() => installed.remove());

const run = (program: string, ...args: string[]) => installed.run(program, args);

test('it holds what it needs, and neither tests nor builds', () => {
  const list = execFileSync('tar', ['-tzf', installed.tarball], { encoding: 'utf8' })
    .trim()
    .split('\n');
  const names = list.map((name) => name.replace(/^package\//, ''));
  for (const name of [
    'dist/index.js',
    'dist/worker.js',
    'dist/component/wasi-0.2.wasm',
    'dist/pollux.js',
    'assembly/index.ts',
    'assembly/turn.ts',
    'assembly/command.ts',
    'asconfig.json',
    'host/native/binding.gyp',
    'README.md',
    'LICENSE',
  ]) {
    expect(names).toContain(name);
  }
  const foreign = names.filter(
    (name) =>
      /^(tests|src\/(?!templates)|examples|build\/(?!examples\/[\w.-]+\.wasm$)|node_modules)\//.test(
        name,
      ) || name.includes('host/native/build/'),
  );
  expect(foreign).toEqual([]);
  expect(names.filter((name) => name.endsWith('.node')).sort()).toEqual([
    'host/native/prebuilds/linux-arm64/node.napi.glibc.node',
    'host/native/prebuilds/linux-arm64/node.napi.musl.node',
    'host/native/prebuilds/linux-x64/node.napi.glibc.node',
    'host/native/prebuilds/linux-x64/node.napi.musl.node',
  ]);
});

describe('installed into an empty folder, without a compiler', () => {
  test('nothing was built', () => {
    expect(existsSync(join(project, 'node_modules/pollux/host/native/build'))).toBe(false);
  });

  test('npx pollux run serves', async () => {
    const npx = [join(installed.folder, 'bin/npx'), '--prefix', project, 'pollux'];
    const command = [...npx, 'run', '--listen', '127.0.0.1:0', echo];
    expect(await talkTo(command, installed.env)).toBe('hello');
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

  test('npx pollux compare measures with the programs that the package brings', () => {
    const json = join(project, 'compare.json');
    const short = ['--duration', '50ms', '--repeat', '1', '--active', '2', '--idle', '0'];
    const who = ['--backends', 'epoll', '--runtimes', 'node,c,node-net', '--html', 'compare.html'];
    run('npx', 'pollux', 'compare', ...short, ...who, '--json', json);
    const { cells } = JSON.parse(readFileSync(json, 'utf8')) as Comparison;
    const rates = cells.map(({ contender, figures }) => [contender, figures?.rate.median]);
    expect(rates).toEqual(
      ['node-epoll', 'c-epoll', 'node-net'].map((name) => [name, expect.any(Number)]),
    );
    expect(existsSync(join(project, 'compare.html'))).toBe(true);
  });

  test('pollux build says how to get the compiler, which is not its own', () => {
    writeFileSync(join(project, 'guest.ts'), '');
    expect(() => run('npx', 'pollux', 'build', 'guest.ts')).toThrow(
      /compiler is not installed: run 'npm install --save-dev assemblyscript@\^0\.28'/,
    );
  });

  test('npx pollux componentize finds the template', () => {
    run('npx', 'pollux', 'componentize', echo, '-o', 'echo.component.wasm', '--listen', ':8080');
    const [guest, component] = [echo, join(project, 'echo.component.wasm')].map((path) =>
      readFileSync(path),
    ) as [Buffer, Buffer];
    expect(component.includes(guest)).toBe(true);
    expect(component.includes('LISTEN=:8080')).toBe(true);
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

  test('an existing web server hands connections to a guest', async () => {
    // As examples/apps/upgrade.mjs stands in the repository, with the module beside it.
    for (const path of ['examples/apps/upgrade.mjs', 'build/examples/chat.wasm']) {
      cpSync(join(root, path), join(project, path));
    }
    const app = spawn(join(installed.folder, 'bin/node'), ['examples/apps/upgrade.mjs'], {
      cwd: project,
      env: installed.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      let said = '';
      app.stdout.on('data', (chunk) => {
        said += chunk;
      });
      await once(app.stdout, 'data');
      const port = Number(/web on 127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
      const socket = connect(port, '127.0.0.1');
      socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n');
      let back = '';
      for await (const chunk of socket) {
        back += chunk;
        if (back.includes('hello, guest 1')) break;
      }
      expect(back).toMatch(/^HTTP\/1\.1 101 /);
      app.kill('SIGTERM');
      await once(app, 'exit');
      expect(said).toContain('drained: true');
    } finally {
      app.kill('SIGKILL');
    }
  });

  test('its types fit a strict program', () => {
    writeFileSync(
      join(project, 'typed.ts'),
      `import { componentize, type LogEvent, type PolluxErrorCode, PolluxError, Reactor } from 'pollux';
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
const component: Uint8Array = componentize(new Uint8Array(), { wasi: '0.3', listen: [':1'], connect: ['db=h:1'] });
// @ts-expect-error: no such WASI
componentize(component, { wasi: '0.4' });
console.log(port, code, text, complete, reactor.stats().turnNs[0], WASI);
`,
    );
    writeFileSync(
      join(project, 'typed.cts'),
      `import pollux = require('pollux');
export async function start(): Promise<number | undefined> {
  const reactor: pollux.Reactor = await pollux.Reactor.start({ module: '', listen: [{ port: 0 }] });
  reactor.on('exit', ({ ending }) => ending.kind === 'exit' && ending.status.toFixed());
  return reactor.addresses[0]?.port;
}
`,
    );
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    // A program for Node need not have the browser's names.
    for (const lib of [['es2022'], ['es2023', 'dom', 'esnext.disposable']]) {
      const compilerOptions = {
        ...{ strict: true, module: 'nodenext', target: 'es2022', noEmit: true },
        ...{ lib, types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
      };
      writeFileSync(
        join(project, 'tsconfig.json'),
        JSON.stringify({ compilerOptions, files: ['typed.ts', 'typed.cts'] }),
      );
      expect(run('node', tsc, '-p', 'tsconfig.json')).toBe('');
    }
  });
});
