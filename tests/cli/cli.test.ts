// SPDX-License-Identifier: MIT
// The command as a user meets it: what it says, what it exits with, and how it ends.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { op, printer, type Shape, wasm } from './wasm.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cli = join(root, 'dist/pollux.js');
const echo = join(root, 'build/examples/echo.wasm');
const P1 = 'wasi_snapshot_preview1';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pollux-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

let count = 0;
const guest = (shape: Shape) => file(`guest-${count++}.wasm`, wasm(shape));

function pollux(...args: string[]) {
  return spawnSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...process.env, NO_COLOR: '1' },
  });
}

/** Starts a run and waits for its first line on stderr. */
async function start(
  ...args: string[]
): Promise<{ child: ChildProcess; port: number; stderr: () => string }> {
  const child = spawn(process.execPath, [cli, 'run', '--listen', '127.0.0.1:0', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  while (!stderr.includes('\n'))
    await once(child.stderr as NonNullable<typeof child.stderr>, 'data');
  const port = Number(/listening on 127\.0\.0\.1:(\d+)/.exec(stderr)?.[1]);
  return { child, port, stderr: () => stderr };
}

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

describe('how a run ends', () => {
  test('with the guest’s own status', () => {
    const exit = (status: number) =>
      guest({
        imports: [[P1, 'proc_exit', 1]],
        code: [...op.i32(status), ...op.call(0), ...op.drop],
      });
    expect(pollux('run', exit(0)).status).toBe(0);
    expect(pollux('run', exit(7)).status).toBe(7);
    expect(pollux('run', guest({})).status).toBe(0);
  });

  test('a trap prints the guest’s stack and exits with 134', () => {
    const { status, stderr } = pollux('run', guest({ code: op.unreachable }));
    expect(status).toBe(134);
    expect(stderr).toMatch(
      /^pollux: the guest trapped: unreachable\n {2}at .+ \(\+0x[0-9a-f]+\)\n$/,
    );
  });

  test('a status beyond eight bits is cut as exit(3) cuts it', () => {
    const exit = (status: number) =>
      guest({
        imports: [[P1, 'proc_exit', 1]],
        code: [...op.i32(status), ...op.call(0), ...op.drop],
      });
    expect(pollux('run', exit(263)).status).toBe(7);
    expect(pollux('run', exit(-1)).status).toBe(255);
  });

  test('an exhausted stack is a trap too, and its report is bounded', () => {
    const { status, stderr } = pollux('run', guest({ code: op.call(0) }));
    expect(status).toBe(134);
    expect(stderr).toMatch(/^pollux: the guest trapped: call stack exhausted\n/);
    expect(stderr.split('\n').length).toBeLessThan(60);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends a guest that is blocked in the kernel',
    async (signal) => {
      const { child } = await start(echo);
      child.kill(signal);
      expect(await once(child, 'exit')).toEqual([null, signal]);
    },
  );

  test.each(['SIGINT', 'SIGTERM'] as const)('%s with --stats prints them first', async (signal) => {
    const { child, port, stderr } = await start('--stats', echo);
    const socket = createConnection(port, '127.0.0.1');
    socket.write('hello');
    await once(socket, 'data');
    child.kill(signal);
    const [exit] = await Promise.all([once(child, 'exit'), once(child, 'close')]);
    expect(exit).toEqual([null, signal]);
    expect(stderr()).toMatch(/bytes read +│ +5 │/);
    expect(stderr()).toMatch(/connections accepted +│ +1 │/);
    expect(stderr()).toMatch(/epoll_wait +│ +\d+ │/);
    socket.destroy();
  });

  test('an endless loop is ended too, with --stats and without', async () => {
    for (const flags of [[], ['--stats']]) {
      const { child } = await start(...flags, guest({ code: op.loopForever }));
      child.kill('SIGINT');
      expect(await once(child, 'exit')).toEqual([null, 'SIGINT']);
    }
  });

  test('a guest in a blocking accept is woken for its statistics', async () => {
    const blocking = join(root, 'build/examples/blocking.wasm');
    const { child, stderr } = await start('--stats', blocking);
    await new Promise((resolve) => setTimeout(resolve, 200));
    child.kill('SIGINT');
    const [exit] = await Promise.all([once(child, 'exit'), once(child, 'close')]);
    expect(exit).toEqual([null, 'SIGINT']);
    expect(stderr()).toMatch(/waits \(poll_oneoff\)/);
  });
});

test('--trace prints one readable line for each call', async () => {
  const { child, port, stderr } = await start('--trace', echo);
  const socket = createConnection(port, '127.0.0.1');
  socket.write('hello\n');
  await once(socket, 'data');
  child.kill();
  await Promise.all([once(child, 'exit'), once(child, 'close')]);
  socket.destroy();
  expect(stderr()).toMatch(/^sock_accept\(fd=3, flags=NONBLOCK\) = SUCCESS fd=\d+$/m);
  expect(stderr()).toMatch(/^sock_accept\(fd=3, flags=NONBLOCK\) = AGAIN$/m);
  expect(stderr()).toMatch(/^fd_read\(fd=\d+, iovs=\[\d+\]\) = SUCCESS nread=6 "hello\\n"$/m);
  expect(stderr()).toMatch(
    /^poll_oneoff\(\[fd_read 3(, fd_read \d+)?\]\) = SUCCESS \[fd_read 3 1 bytes\]$/m,
  );
});

test('--trace shows what a guest waits in before the wait ends', async () => {
  const { child, stderr } = await start('--trace', echo);
  while (!stderr().includes('poll_oneoff'))
    await once(child.stderr as NonNullable<typeof child.stderr>, 'data');
  expect(stderr()).toMatch(/\npoll_oneoff\(\[fd_read 3\]\)$/);
  child.kill('SIGKILL');
});

describe('what the guest is given', () => {
  const environment = (...options: string[]) =>
    pollux('run', ...options, file('environ.wasm', printer('environ')))
      .stdout.split('\0')
      .slice(0, -1)
      .sort();

  test('no variable of ours, none of our environment', () => {
    expect(environment()).toEqual([]);
  });

  test('LISTEN_FDS and LISTEN_FDNAMES with listeners', () => {
    expect(environment('-l', '127.0.0.1:0', '-l', 'web=127.0.0.1:0')).toEqual([
      'LISTEN_FDNAMES=unknown:web',
      'LISTEN_FDS=2',
    ]);
  });

  test('variables of --env, which win; one that is not set here is not set there', () => {
    expect(
      environment(
        ...['-l', '127.0.0.1:0', '--env', 'LISTEN_FDS=9', '--env', 'A=b=c', '--env', 'E='],
        ...['--env', 'NO_COLOR', '--env', 'POLLUX_NO_SUCH', '--env', 'A=last'],
      ),
    ).toEqual(['A=last', 'E=', 'LISTEN_FDNAMES=unknown', 'LISTEN_FDS=9', 'NO_COLOR=1']);
  });

  test('all that follows the file as arguments, after the file’s own name', () => {
    const args = file('args.wasm', printer('args'));
    const given = (...rest: string[]) =>
      pollux('run', ...rest)
        .stdout.split('\0')
        .slice(0, -1);
    expect(given(args)).toEqual([args]);
    expect(given(args, '-v', 'x y', '--backend', 'z', '--help')).toEqual([
      ...[args, '-v', 'x y', '--backend', 'z', '--help'],
    ]);
    expect(given(args, '--', '--stats')).toEqual([args, '--stats']);
    expect(given('--', args, '-v')).toEqual([args, '-v']);
  });

  test('an option of ours behind the file is the guest’s, and that is said', () => {
    const args = file('args.wasm', printer('args'));
    expect(pollux('run', args, '--listen=:80').stderr).toMatch(
      /^pollux: note: --listen stands after .*args\.wasm, so the guest gets it/,
    );
    expect(pollux('run', args, '--', '--listen=:80').stderr).toBe('');
    expect(pollux('run', args, '--list').stderr).toBe('');
  });
});

test('listeners are announced by name, fd and the real port', async () => {
  const { child, stderr } = await start('--listen', 'web=[::1]:0', '--backend', 'poll', echo);
  while (stderr().split('\n').length < 3)
    await once(child.stderr as NonNullable<typeof child.stderr>, 'data');
  child.kill('SIGKILL');
  expect(stderr()).toMatch(/^pollux: listening on 127\.0\.0\.1:\d+ \(fd 3\), backend poll$/m);
  expect(stderr()).toMatch(/^pollux: listening on \[::1\]:\d+ \(fd 4, web\), backend poll$/m);
});
