// SPDX-License-Identifier: MIT
// How a run ends: the guest's status, traps, signals.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, echo, exiting, guest, P1, pollux, root, start } from './pollux.ts';
import { op } from './wasm.ts';

/** Polls a clock that is due in 1,100 s: the record at 0 is a relative one on the monotonic clock. */
const sleeping = {
  imports: [[P1, 'poll_oneoff', 4]],
  memory: true,
  code: [
    ...op.store(16, op.i32(1)),
    ...op.store(28, op.i32(256)),
    ...[...op.i32(0), ...op.i32(64), ...op.i32(1), ...op.i32(128), ...op.call(0), ...op.drop],
  ],
} as const;

describe('how a run ends', () => {
  test('with the guest’s own status', () => {
    expect(pollux('run', exiting(0)).status).toBe(0);
    expect(pollux('run', exiting(7)).status).toBe(7);
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
    expect(pollux('run', exiting(263)).status).toBe(7);
    expect(pollux('run', exiting(-1)).status).toBe(255);
  });

  test('an exhausted stack is a trap too, and its report is bounded', () => {
    const { status, stderr } = pollux('run', guest({ code: op.call(0) }));
    expect(status).toBe(134);
    expect(stderr).toMatch(/^pollux: the guest trapped: call stack exhausted\n/);
    expect(stderr.split('\n').length).toBeLessThan(60);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends a guest without listeners that is blocked in the kernel',
    async (signal) => {
      const child = spawn(process.execPath, [cli, 'run', guest(sleeping)], { stdio: 'ignore' });
      await new Promise((resolve) => setTimeout(resolve, 300));
      child.kill(signal);
      expect(await once(child, 'close')).toEqual([null, signal]);
    },
  );

  test('an endless loop is ended too, with --stats and without', async () => {
    for (const flags of [[], ['--stats']]) {
      const { child, ended } = await start(...flags, guest({ code: op.loopForever }));
      child.kill('SIGINT');
      expect(await ended()).toEqual([null, 'SIGINT']);
    }
  });
});

/** Whether somebody listens there. */
async function connects(port: number): Promise<boolean> {
  const socket = createConnection(port, '127.0.0.1');
  const [event] = await Promise.race([
    once(socket, 'connect').then(() => [true]),
    once(socket, 'error').then(() => [false]),
  ]).catch(() => [false]);
  socket.on('error', () => {}).destroy();
  return event as boolean;
}

describe.each([
  ['blocking', []],
  ['worker', ['--mode', 'worker']],
] as const)('Ctrl-C drains, in mode %s', (_mode, flags) => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends a server that waits, with status 0',
    async (signal) => {
      const { child, stderr, ended } = await start(...flags, echo);
      child.kill(signal);
      expect(await ended()).toEqual([0, null]);
      expect(stderr()).toContain('pollux: draining: open connections have 10 s to end');
    },
  );

  test.each(['blocking', 'nonblocking', 'poll', 'select-one-shot', 'select-queue'])(
    'the example %s ends in order',
    async (name) => {
      const { child, ended } = await start(...flags, join(root, `build/examples/${name}.wasm`));
      child.kill('SIGTERM');
      expect(await ended()).toEqual([0, null]);
    },
  );

  test('an open connection is finished, new ones are refused', async () => {
    const { child, port, says, ended } = await start(...flags, '--stats', echo);
    const socket = createConnection(port, '127.0.0.1');
    socket.write('hello');
    await once(socket, 'data');
    child.kill('SIGTERM');
    await says('draining');
    await expect.poll(() => connects(port)).toBe(false);
    socket.write('again');
    expect(String((await once(socket, 'data'))[0])).toBe('again');
    socket.end();
    expect(await ended()).toEqual([0, null]);
  });

  test('with --stats they are printed', async () => {
    const { child, port, stderr, ended } = await start(...flags, '--stats', echo);
    const socket = createConnection(port, '127.0.0.1');
    socket.write('hello');
    await once(socket, 'data');
    socket.end();
    child.kill('SIGINT');
    expect(await ended()).toEqual([0, null]);
    expect(stderr()).toMatch(/bytes read +│ +5 │/);
    expect(stderr()).toMatch(/connections accepted +│ +1 │/);
    expect(stderr()).toMatch(/epoll_p?wait2? +│ +\d+ │/);
  });

  test('a second signal ends it at once', async () => {
    const { child, port, says, ended } = await start(...flags, echo);
    const socket = createConnection(port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    child.kill('SIGINT');
    await says('draining');
    child.kill('SIGTERM');
    expect(await ended()).toEqual([null, 'SIGTERM']);
    socket.destroy();
  });

  test('what is left after --drain-timeout is closed', async () => {
    const { child, port, says, ended } = await start(...flags, '--drain-timeout', '0.5', echo);
    const socket = createConnection(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('hello');
    await once(socket, 'data');
    child.kill('SIGTERM');
    await says('have 0.5 s');
    expect(await ended()).toEqual([null, 'SIGTERM']);
    socket.destroy();
  });

  test('a guest in a blocking read of a connection is drained too', async () => {
    const blocking = join(root, 'build/examples/blocking.wasm');
    const { child, port, says, ended } = await start(...flags, blocking);
    const socket = createConnection(port, '127.0.0.1');
    socket.write('hello');
    await once(socket, 'data');
    child.kill('SIGTERM');
    await says('draining');
    socket.end();
    expect(await ended()).toEqual([0, null]);
  });
});
