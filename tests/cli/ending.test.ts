// SPDX-License-Identifier: MIT
// How a run ends: the guest's status, traps, signals.

import { once } from 'node:events';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { echo, exiting, guest, pollux, root, start } from './pollux.ts';
import { op } from './wasm.ts';

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
    '%s ends a guest that is blocked in the kernel',
    async (signal) => {
      const { child, ended } = await start(echo);
      child.kill(signal);
      expect(await ended()).toEqual([null, signal]);
    },
  );

  test.each(['SIGINT', 'SIGTERM'] as const)('%s with --stats prints them first', async (signal) => {
    const { child, port, stderr, ended } = await start('--stats', echo);
    const socket = createConnection(port, '127.0.0.1');
    socket.write('hello');
    await once(socket, 'data');
    child.kill(signal);
    expect(await ended()).toEqual([null, signal]);
    expect(stderr()).toMatch(/bytes read +│ +5 │/);
    expect(stderr()).toMatch(/connections accepted +│ +1 │/);
    expect(stderr()).toMatch(/epoll_wait +│ +\d+ │/);
    socket.destroy();
  });

  test('an endless loop is ended too, with --stats and without', async () => {
    for (const flags of [[], ['--stats']]) {
      const { child, ended } = await start(...flags, guest({ code: op.loopForever }));
      child.kill('SIGINT');
      expect(await ended()).toEqual([null, 'SIGINT']);
    }
  });

  test('a guest in a blocking accept is woken for its statistics', async () => {
    const blocking = join(root, 'build/examples/blocking.wasm');
    const { child, stderr, ended } = await start('--stats', blocking);
    await new Promise((resolve) => setTimeout(resolve, 200));
    child.kill('SIGINT');
    expect(await ended()).toEqual([null, 'SIGINT']);
    expect(stderr()).toMatch(/waits \(poll_oneoff\)/);
  });
});
