// SPDX-License-Identifier: MIT
// Where the sockets of a run come from: Unix sockets and what becomes of their files, inherited ones,
// systemd's, and Wasmtime's spellings.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BoundListener, listen } from '../../host/wasi/listen.ts';
import { cli, echo, exiting, file, folder, guest, pollux } from './pollux.ts';
import { op, printer } from './wasm.ts';

let children: ChildProcess[];
let inherited: BoundListener[];
beforeEach(() => {
  children = [];
  inherited = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const { hostFd } of inherited) closeSync(hostFd);
});

/** A run, and what it says on stderr. */
interface Run {
  readonly child: ChildProcess;
  stderr(): string;
  ended(): Promise<[status: number | null, signal: string | null]>;
}

function follow(child: ChildProcess): Run {
  let stderr = '';
  children.push(child);
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const closed = once(child, 'close') as Promise<[number | null, string | null]>;
  return { child, stderr: () => stderr, ended: () => closed };
}

/** Starts a run and waits until it listens. */
async function run(...args: string[]): Promise<Run> {
  const started = follow(
    spawn(process.execPath, [cli, 'run', ...args], { stdio: ['ignore', 'ignore', 'pipe'] }),
  );
  await once(started.child.stderr as NodeJS.ReadableStream, 'data');
  return started;
}

async function echoed(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [data] = await once(socket, 'data');
  socket.destroy();
  return String(data);
}

let count = 0;
const newPath = () => join(folder, `${count++}.sock`);

describe('a Unix socket', () => {
  test('is announced, serves, and tells the guest who it is', async () => {
    const path = newPath();
    const { stderr } = await run('--trace', '--listen', `web=unix:${path},mode=0600`, echo);
    expect(stderr()).toContain(`pollux: listening on unix:${path} (fd 3, web), backend epoll\n`);
    expect(await echoed(createConnection(path), 'hello')).toBe('hello');
  });

  const loop = () => guest({ code: op.loopForever });
  const ways: [string, readonly string[], () => string, NodeJS.Signals | undefined, unknown][] = [
    ['SIGINT while the guest waits', [], () => echo, 'SIGINT', [0, null]],
    ['SIGTERM while the guest waits', [], () => echo, 'SIGTERM', [0, null]],
    ['SIGTERM in a worker', ['--mode', 'worker'], () => echo, 'SIGTERM', [0, null]],
    ['SIGTERM in an endless loop', [], loop, 'SIGTERM', [null, 'SIGTERM']],
    ['SIGINT with --stats', ['--stats'], () => echo, 'SIGINT', [0, null]],
    ['SIGINT with --stats in an endless loop', ['--stats'], loop, 'SIGINT', [null, 'SIGINT']],
    ['the guest’s exit', [], () => exiting(3), undefined, [3, null]],
    ['a trap', [], () => guest({ code: op.unreachable }), undefined, [134, null]],
  ];
  test.each(ways)('its file is gone after %s', async (_, flags, module, signal, end) => {
    const path = newPath();
    const { child, ended } = await run(...flags, '--listen', `unix:${path}`, module());
    if (signal !== undefined) child.kill(signal);
    expect(await ended()).toEqual(end);
    expect(existsSync(path)).toBe(false);
  });

  test('of a run that was killed is replaced; that of one that lives is not', async () => {
    const path = newPath();
    const first = await run('--listen', `unix:${path}`, echo);
    const refused = pollux('run', '--listen', `unix:${path}`, echo);
    expect(refused.stderr).toMatch(/another program accepts connections there/);
    expect(refused.status).toBe(1);
    first.child.kill('SIGKILL');
    await first.ended();
    expect(existsSync(path)).toBe(true);
    await run('--listen', `unix:${path}`, echo);
    expect(await echoed(createConnection(path), 'again')).toBe('again');
  });
});

const spec = { name: '', host: '127.0.0.1', port: 0, backlog: 16, reuseport: false };

/** Runs with listening sockets of this process from fd 3 up, as systemd passes them. */
function activated(
  sockets: number,
  environment: string,
  args: readonly string[],
): { run: Run; output: Promise<string> } {
  inherited = Array.from({ length: sockets }, () => listen(spec));
  const script = `${environment} exec "$@"`;
  const child = spawn('sh', ['-c', script, 'sh', process.execPath, cli, 'run', ...args], {
    stdio: ['ignore', 'pipe', 'pipe', ...inherited.map(({ hostFd }) => hostFd)],
  });
  const output = (async () => {
    let text = '';
    for await (const part of child.stdout as NodeJS.ReadableStream) text += String(part);
    return text;
  })();
  return { run: follow(child), output };
}

const addressOf = (index: number) => inherited[index]?.address;

describe('an inherited socket', () => {
  test('fd:N is the guest’s listener', async () => {
    const { run } = activated(1, '', ['--listen', 'web=fd:3', echo]);
    await once(run.child.stderr as NodeJS.ReadableStream, 'data');
    expect(run.stderr()).toBe(`pollux: listening on ${addressOf(0)} (fd 3, web), backend epoll\n`);
    const { port } = inherited[0] as BoundListener;
    expect(await echoed(createConnection(port, '127.0.0.1'), 'hello')).toBe('hello');
  });

  test('one that is not there, or no listening socket, is said', () => {
    const said = (what: string) => pollux('run', '--listen', what, echo);
    expect(said('fd:987').stderr).toMatch(/cannot listen on fd 987: this process has no such/);
    expect(said('fd:1').stderr).toMatch(/cannot listen on fd 1: it is (no|a) socket/);
    expect(said('fd:987').status).toBe(1);
  });
});

describe('systemd', () => {
  const environ = () => file('environ.wasm', printer('environ'));
  const variables = (text: string) => text.split('\0').slice(0, -1).sort();

  test('its sockets are the guest’s first listeners, with their names', async () => {
    const { run, output } = activated(2, 'LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=web:unknown', [
      '-S',
      'inherit-env',
      '--listen',
      'mine=127.0.0.1:0',
      environ(),
    ]);
    const [status] = await run.ended();
    expect(status).toBe(0);
    const lines = run.stderr().trim().split('\n');
    expect(lines.map((line) => line.replace(/, backend.*/, ''))).toEqual([
      `pollux: listening on ${addressOf(0)} (fd 3, web)`,
      `pollux: listening on ${addressOf(1)} (fd 4)`,
      expect.stringMatching(/^pollux: listening on 127\.0\.0\.1:\d+ \(fd 5, mine\)$/),
    ]);
    const given = variables(await output);
    expect(given.filter((entry) => entry.startsWith('LISTEN_'))).toEqual([
      'LISTEN_FDNAMES=web:unknown:mine',
      'LISTEN_FDS=3',
    ]);
    expect(given.some((entry) => entry.startsWith('PATH='))).toBe(true);
  });

  test('--listen systemd:NAME takes those of a name, and in their place', async () => {
    const { run, output } = activated(2, 'LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=a:b', [
      ...['--listen', '127.0.0.1:0', '--listen', 'systemd:b', environ()],
    ]);
    await run.ended();
    expect(run.stderr()).toContain(`listening on ${addressOf(1)} (fd 4, b)`);
    expect(run.stderr()).not.toContain(addressOf(0));
    expect(variables(await output)).toEqual(['LISTEN_FDNAMES=unknown:b', 'LISTEN_FDS=2']);
  });

  test('Wasmtime’s -S listenfd is the same', async () => {
    const { run } = activated(1, 'LISTEN_PID=$$ LISTEN_FDS=1', ['-S', 'listenfd=y', environ()]);
    expect(await run.ended()).toEqual([0, null]);
    expect(run.stderr()).toContain(`listening on ${addressOf(0)} (fd 3)`);
  });

  test('variables for another process are not ours', async () => {
    const { run, output } = activated(1, 'LISTEN_PID=1 LISTEN_FDS=1', [environ()]);
    expect(await run.ended()).toEqual([0, null]);
    expect(run.stderr()).toBe('');
    expect(await output).toBe('');
  });

  test.each([
    ['', ['--listen', 'systemd'], /systemd has passed no socket \(LISTEN_FDS/],
    [
      'LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=web',
      ['--listen', 'systemd:api'],
      /no socket of that name; there are web/,
    ],
    ['LISTEN_PID=$$ LISTEN_FDS=many', [], /LISTEN_FDS is 'many' and no number/],
    ['LISTEN_PID=$$ LISTEN_FDS=90', [], /cannot listen on fd \d+: (this process has no|it is no)/],
  ])('%s %j is said', async (environment, args, message) => {
    const { run } = activated(1, environment, [...args, environ()]);
    const [status] = await run.ended();
    expect(run.stderr()).toMatch(message);
    expect(status).not.toBe(0);
  });
});

describe('Wasmtime’s spellings', () => {
  test('are listeners in the order of the command line', async () => {
    const { child, stderr } = await run(
      ...['-S', 'preview2=n,tcplisten=127.0.0.1:0', '--listen', 'b=127.0.0.1:0'],
      ...['--tcplisten', '[::1]:0', '-Scli', '-S', 'common=y', '--env', 'LISTEN_FDS=3', echo],
    );
    while (!stderr().includes('(fd 5')) await once(child.stderr as NodeJS.ReadableStream, 'data');
    const said = stderr().match(/listening on \S+ \(fd [^)]*\)/g);
    expect(said).toEqual([
      expect.stringMatching(/127\.0\.0\.1:\d+ \(fd 3\)/),
      expect.stringMatching(/127\.0\.0\.1:\d+ \(fd 4, b\)/),
      expect.stringMatching(/\[::1\]:\d+ \(fd 5\)/),
    ]);
  });

  test.each([
    ['nope', /cannot take -S nope: pollux does not know it/],
    ['preview2', /cannot take -S preview2: pollux runs preview 1 modules/],
    ['preview2=maybe', /it is on or off: y or n/],
    ['cli=n', /a guest always has it; leave it out/],
    ['threads', /no wasi-threads/],
    ['inherit-network=y', /--connect/],
    ['toString', /does not know it/],
    ['tcplisten=80', /the port is missing/],
    ['', /does not know it/],
  ])('-S %s is refused', (text, message) => {
    const { status, stderr } = pollux('run', '-S', text, echo);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/\nTry 'pollux run --help'\.\n$/);
    expect(status).toBe(2);
  });

  test.each(['threads=n', 'nn=n,http=no', 'tcp=false'])(
    '-S %s is what a guest has anyway',
    (text) => {
      expect(pollux('run', '-S', text, exiting(0)).status).toBe(0);
    },
  );
});

describe('--listeners', () => {
  test('last puts them behind the directories, and leaves LISTEN_FDS out', () => {
    const { stdout, stderr } = pollux(
      ...['run', '--listeners', 'last', '--dir', folder, '-l', 'web=127.0.0.1:0'],
      file('environ.wasm', printer('environ')),
    );
    expect(stderr).toMatch(/\(fd 4, web\)/);
    expect(stdout).toBe('');
  });

  test('anything else is a mistake', () => {
    const { stderr, status } = pollux('run', '--listeners', 'middle', echo);
    expect(stderr).toMatch(/unknown order 'middle'; there are first and last/);
    expect(status).toBe(2);
  });
});
