// SPDX-License-Identifier: MIT
// The Reactor: many connections in a turn, fds that come back, listeners, and how a guest ends.

import { beforeAll, describe, expect, test } from 'vitest';
import { testGuest } from './guests.ts';
import { Peer, ScriptedHost, type Turn } from './scripted-host.ts';

let guest: string;

beforeAll(async () => {
  guest = await testGuest('sdk-connection');
});

type Five = [Peer, Peer, Peer, Peer, Peer];

const idle: Turn = () => undefined;
const end: Turn = () => true;

/** Connects peers that say `inputs`, in one turn. */
const connect =
  (...inputs: string[]): Turn =>
  (host) => {
    for (const input of inputs) host.connect(input);
    return undefined;
  };

describe('in one turn', () => {
  test('a connection that another one destroyed gets none of its events, nor does its fd', () => {
    const host = new ScriptedHost(connect('destroy-others', 'echo:never'), idle, end);
    expect(host.run(guest)).toBe('ended');
    expect(host.stdout.trim().split('\n')).toEqual([
      'fd 4: open',
      'fd 5: open',
      'fd 5: close SUCCESS',
    ]);
  });

  test('a number that was closed and accepted again gets none of the old events', () => {
    const [first, second, third, next, last] = [1, 2, 3, 4, 5].map(() => new Peer()) as Five;
    const host = new ScriptedHost(
      // A listener that stepped back is waited on behind the connections that were there.
      (host) => void host.backlog.push(first, second, { errno: 'MFILE' }),
      idle,
      (host) => void host.backlog.push(third),
      (host) => {
        expect(host.waitedFor('read')).toEqual([second.fd, first.fd, 3, third.fd]);
        second.input.push('destroy-others');
        third.input.push('echo:old');
        next.input.push('echo:new');
        last.input.push('echo:new');
        host.backlog.push(next, last);
        return undefined;
      },
      () => {
        // The event of `third` came behind the accept that gave its number away.
        expect(third.closed).toBe(true);
        expect(last.fd).toBe(third.fd);
        expect(last.input).toHaveLength(1);
        return undefined;
      },
      end,
    );
    expect(host.run(guest), host.stderr).toBe('ended');
    expect([first, third, next, last].map((peer) => peer.text)).toEqual(['', '', 'new', 'new']);
  });

  test('reports of fds that are not ready do no harm', () => {
    const host = new ScriptedHost(connect('echo:a', 'echo:b'), idle, connect('echo:c'), idle, end);
    host.spurious = true;
    expect(host.run(guest)).toBe('ended');
    expect(host.stdout.trim().split('\n')).toEqual([
      'fd 4: open',
      'fd 5: open',
      'fd 4: wrote true',
      'fd 5: wrote true',
      'fd 6: open',
      'fd 6: wrote true',
    ]);
  });

  test('a listener accepts a bounded number', () => {
    const host = new ScriptedHost(
      connect(...Array(100).fill('x')),
      (host) => {
        expect(host.waitedFor('read')).toHaveLength(65);
        return undefined;
      },
      (host) => {
        expect(host.waitedFor('read')).toHaveLength(101);
        return true;
      },
    );
    expect(host.run(guest)).toBe('ended');
  });
});

describe('a listener', () => {
  test.each(['MFILE', 'NFILE', 'NOBUFS', 'NOMEM'])('without room (%s) steps back', (errno) => {
    const host = new ScriptedHost(
      (host) => {
        host.backlog.push({ errno });
        host.connect('echo:hello');
        return undefined;
      },
      (host) => {
        expect(host.waited).toEqual([{ tag: 0, fd: 1, timeout: 1_100_000_000n, absolute: true }]);
        return undefined;
      },
      idle,
      idle,
      end,
    );
    expect(host.run(guest)).toBe('ended');
    expect(host.stdout.trim().split('\n')).toEqual(['fd 4: open', 'fd 4: wrote true']);
    expect(host.calls.poll_oneoff).toBe(5);
  });

  test('loses no more than the connection that was aborted', () => {
    const host = new ScriptedHost(
      (host) => {
        host.backlog.push({ errno: 'CONNABORTED' });
        host.connect('echo:hello');
        return undefined;
      },
      idle,
      end,
    );
    expect(host.run(guest)).toBe('ended');
    expect(host.stdout).toContain('fd 4: wrote true');
  });

  test('that was shut down is let go; run returns when the last connection is closed', () => {
    const host = new ScriptedHost(
      (host) => {
        host.connect('destroy');
        host.backlog.push({ errno: 'INVAL' });
        return undefined;
      },
      (host) => {
        expect(host.waitedFor('read')).toEqual([4]);
        return undefined;
      },
    );
    expect(host.run(guest)).toBe('returned');
    expect(host.stdout).toBe('fd 4: open\nfd 4: close SUCCESS\nrun returned\n');
    expect(host.stderr).toBe('');
  });
});

describe('a guest', () => {
  test('without a listener says how to give it one', () => {
    const host = new ScriptedHost();
    host.listeners = 0;
    expect(host.run(guest)).toBe('trapped');
    expect(host.stderr).toMatch(/^pollux: there is no listening socket; run with --listen .*\n$/);
  });

  test('that throws tells the message and the place, and traps', () => {
    const host = new ScriptedHost(connect('throw'), idle, end);
    expect(host.run(guest)).toBe('trapped');
    expect(host.stderr).toMatch(
      /^abort: thrown by the test at tests\/guests\/sdk-connection\.ts:\d+:\d+\n$/,
    );
  });

  test('that stops its reactor goes on behind run', () => {
    const host = new ScriptedHost(connect('stop'), idle);
    expect(host.run(guest)).toBe('returned');
    expect(host.stdout).toBe('fd 4: open\nrun returned\n');
  });

  test('serves all its listeners, by LISTEN_FDS or by looking', () => {
    for (const env of [{}, { LISTEN_FDS: '2', LISTEN_FDNAMES: 'a:b' }]) {
      const host = new ScriptedHost((host) => {
        expect(host.waitedFor('read')).toEqual([3, 4]);
        return true;
      });
      host.listeners = 2;
      Object.assign(host.env, env);
      expect(host.run(guest), host.stderr).toBe('ended');
    }
  });
});
