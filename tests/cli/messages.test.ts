// SPDX-License-Identifier: MIT
// What the command says: a clear line for whatever cannot be run, help, and lists.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { echo, file, folder, guest, P1, pollux, start } from './pollux.ts';
import { wasm } from './wasm.ts';

describe('what can’t be run is said in one line, without a stack', () => {
  const cases: [scenario: string, args: () => string[], message: RegExp][] = [
    ['no such file', () => ['run', join(folder, 'none.wasm')], /none\.wasm: there is no such file/],
    ['a directory', () => ['run', folder], /it is a directory/],
    ['not a module', () => ['run', file('text.wasm', 'hello')], /is not a WebAssembly module/],
    ['the text format', () => ['run', file('a.wat', '(module)')], /text format/],
    [
      'a broken module',
      () => ['run', file('cut.wasm', wasm({}).subarray(0, 20))],
      /not a valid WebAssembly module/,
    ],
    [
      'a component',
      () => ['run', file('component.wasm', Uint8Array.of(0, 0x61, 0x73, 0x6d, 13, 0, 1, 0))],
      /is a component; pollux runs core modules/,
    ],
    [
      'unknown imports, each named',
      () => [
        'run',
        guest({
          imports: [
            ['env', 'f', 1],
            [P1, 'sock_open', 2],
          ],
        }),
      ],
      /does not have: env\.f, wasi_snapshot_preview1\.sock_open/,
    ],
    [
      'an import whose name would drive the terminal',
      () => ['run', guest({ imports: [['env', '\u001b[31mred', 0]] })],
      /does not have: env\.\\x1b\[31mred/,
    ],
    ['no _start', () => ['run', guest({ start: '' })], /no _start/],
    ['a reactor', () => ['run', guest({ start: '_initialize' })], /built as a reactor/],
    ['no memory', () => ['run', guest({ memory: false })], /exports no memory/],
    ['an address that is not ours', () => ['run', '-l', '203.0.113.1:80', echo], /no such address/],
    [
      'a name that does not resolve',
      () => ['run', '-l', 'no.invalid:80', echo],
      /cannot listen on no\.invalid:80/,
    ],
    [
      'a port out of range',
      () => ['run', '-l', '127.0.0.1:65536', echo],
      /'65536' is not in 0 to 65535/,
    ],
    [
      'an unknown backend',
      () => ['run', '-b', 'kqueue', echo],
      /unknown backend 'kqueue'; there are auto, epoll, poll, select/,
    ],
    [
      'a missing directory',
      () => ['run', '--dir', join(folder, 'none'), echo],
      /there is no such directory/,
    ],
    [
      'a file given as directory',
      () => ['run', '--dir', file('f', ''), echo],
      /it is not a directory/,
    ],
    ['an empty file', () => ['run', file('empty.wasm', '')], /it is empty/],
    ['a variable without a name', () => ['run', '--env', '=x', echo], /the name is missing/],
    [
      'a port that is no number',
      () => ['run', '-l', 'web=127.0.0.1:port', echo],
      /port 'port' is not in 0 to 65535/,
    ],
    ['a guest without its listener', () => ['run', echo], /listen/],
  ];

  test.each(cases)('%s', (_, args, message) => {
    const { status, stderr, stdout } = pollux(...args());
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at .*\.(js|ts|mjs):/);
    expect(status).toBeGreaterThan(0);
    expect(stdout).toBe('');
  });

  test('an address in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { stderr, status } = pollux('run', '-l', `127.0.0.1:${port}`, echo);
    server.close();
    expect(stderr).toBe(
      `pollux: cannot listen on 127.0.0.1:${port}: it is already in use; stop the other program or take another port (port 0 picks a free one)\n`,
    );
    expect(status).toBe(1);
  });

  test('mistakes in the command line exit with 2 and point to the help', () => {
    for (const args of [
      ['runn'],
      ['run'],
      ['run', '--nope', echo],
      ['run', '--listen'],
      ['run', '--listen', '127.0.0.1:65536', echo],
      ['run', '--dir', '::x', echo],
      ['run', '--env', '=x', echo],
      ['run', '--backend', 'kqueue', echo],
      ['backends', 'epoll'],
      ['help', 'nope'],
    ]) {
      const { status, stderr } = pollux(...args);
      expect(status, args.join(' ')).toBe(2);
      expect(stderr).toMatch(/^pollux: .*\nTry 'pollux (run |backends )?--help'\.\n$/);
    }
  });

  test('a near miss is told what was meant', () => {
    expect(pollux('runn').stderr).toMatch(/unknown command 'runn' \(Did you mean run\?\)/);
    expect(pollux('run', '--lisen', 'x').stderr).toMatch(/Did you mean --listen\?/);
    expect(pollux('echo.wasm').stderr).toMatch(/Did you mean pollux run echo\.wasm\?/);
  });
});

describe('help and lists', () => {
  test.each([[['--help']], [['run', '--help']], [['backends', '--help']]])(
    '%j has examples',
    (args) => {
      const { status, stdout } = pollux(...args);
      expect(status).toBe(0);
      expect(stdout).toMatch(/Examples:\n {2}pollux/);
    },
  );

  test('no argument at all prints the help', () => {
    expect(pollux().stdout).toMatch(/Usage: pollux/);
  });

  test('backends lists each with what it is', () => {
    const { stdout, status } = pollux('backends');
    expect(status).toBe(0);
    for (const name of ['epoll (auto)', 'poll', 'select']) expect(stdout).toContain(name);
  });
});

test('listeners are announced by name, fd and the real port', async () => {
  const { child, stderr, says } = await start('-l', 'web=[::1]:0', '--backend', 'poll', echo);
  await says('web');
  child.kill('SIGKILL');
  expect(stderr()).toMatch(/^pollux: listening on 127\.0\.0\.1:\d+ \(fd 3\), backend poll$/m);
  expect(stderr()).toMatch(/^pollux: listening on \[::1\]:\d+ \(fd 4, web\), backend poll$/m);
});
