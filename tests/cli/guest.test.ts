// SPDX-License-Identifier: MIT
// What the guest is given, and the trace of what it does with it.

import { once } from 'node:events';
import { createConnection } from 'node:net';
import { describe, expect, test } from 'vitest';
import { echo, file, pollux, start } from './pollux.ts';
import { printer } from './wasm.ts';

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

test('--trace prints one readable line for each call', async () => {
  const { child, port, stderr, ended } = await start('--trace', echo);
  const socket = createConnection(port, '127.0.0.1');
  socket.write('hello\n');
  await once(socket, 'data');
  child.kill();
  await ended();
  socket.destroy();
  expect(stderr()).toMatch(/^sock_accept\(fd=3, flags=NONBLOCK\) = SUCCESS fd=\d+$/m);
  expect(stderr()).toMatch(/^sock_accept\(fd=3, flags=NONBLOCK\) = AGAIN$/m);
  expect(stderr()).toMatch(/^fd_read\(fd=\d+, iovs=\[\d+\]\) = SUCCESS nread=6 "hello\\n"$/m);
  // The wait of the SDK: one event of /dev/poll.
  expect(stderr()).toMatch(/^fd_read\(fd=\d+, iovs=\[16384\]\) = SUCCESS nread=32 "/m);
});

test('--trace shows what a guest waits in before the wait ends', async () => {
  const { child, stderr, says } = await start('--trace', echo);
  await says('iovs=[16384]');
  expect(stderr()).toMatch(/\nfd_read\(fd=\d+, iovs=\[16384\]\)$/);
  child.kill('SIGKILL');
});
