// SPDX-License-Identifier: MIT
// Connections: reads, writes and their queue, half-close, resets, and the calls that they cost.

import { beforeAll, describe, expect, test } from 'vitest';
import { testGuest } from './guests.ts';
import { type Peer, ScriptedHost, type Turn } from './scripted-host.ts';

let guest: string;

beforeAll(async () => {
  guest = await testGuest('sdk-connection');
});

/** Runs the guest with `turns`; answers its lines. The script ends it after the last turn. */
function lines(host: ScriptedHost, ended: 'ended' | 'returned' = 'ended'): string[] {
  expect(host.run(guest), host.stderr).toBe(ended);
  return host.stdout.trim().split('\n');
}

/** A host with one peer, connected in the first turn; the second turn makes it known. */
function withPeer(...turns: ((peer: Peer, host: ScriptedHost) => boolean | undefined)[]) {
  let peer!: Peer;
  const connect: Turn = (host) => {
    peer = host.connect();
    return undefined;
  };
  return new ScriptedHost(
    connect,
    ...turns.map(
      (turn): Turn =>
        (host) =>
          turn(peer, host),
    ),
    () => true,
  );
}

const say =
  (...input: Peer['input']) =>
  (peer: Peer) => {
    peer.input.push(...input);
    return undefined;
  };

describe('a connection', () => {
  test('costs one wait, one read and one write for a request, and nothing else', () => {
    const counts: Record<string, number>[] = [];
    const host = withPeer(
      (peer, host) => {
        host.resetCalls();
        return say('x'.repeat(100))(peer);
      },
      (peer, host) => {
        counts.push({ ...host.calls });
        host.resetCalls();
        return say('echo:hello')(peer);
      },
      (peer, host) => {
        counts.push({ ...host.calls });
        expect(peer.text).toBe('hello');
        return true;
      },
    );
    lines(host);
    // The guest tells what happened on stdout; that is the one more write of each.
    expect(counts).toEqual([
      { fd_read: 1, fd_write: 1, poll_oneoff: 1 },
      { fd_read: 1, fd_write: 2, poll_oneoff: 1 },
    ]);
  });

  test('queues what the kernel did not take, and waits for room only until it is sent', () => {
    const host = withPeer(
      (peer) => {
        peer.room = 4;
        return say('echo:0123456789')(peer);
      },
      (peer, host) => {
        expect(host.waitedFor('write')).toEqual([peer.fd]);
        expect(host.waitedFor('read')).toContain(peer.fd);
        return say('echo:abc')(peer); // goes behind what is queued
      },
      (peer) => {
        expect(peer.text).toBe('0123');
        peer.room = 100;
        return undefined;
      },
      (peer, host) => {
        expect(peer.text).toBe('0123456789abc');
        expect(host.waitedFor('write')).toEqual([]);
        return true;
      },
    );
    expect(lines(host)).toEqual([
      'fd 4: open',
      'fd 4: wrote false',
      'fd 4: wrote false',
      'fd 4: drain',
    ]);
  });

  test('stops reading at the high-water mark and reads again at the low one', () => {
    const host = withPeer(
      (peer) => {
        peer.room = 0;
        return say('big:100000')(peer);
      },
      (peer, host) => {
        expect(host.waitedFor('read')).not.toContain(peer.fd);
        peer.room = 80_000; // 20,000 stay: more than the low-water mark
        return undefined;
      },
      (peer, host) => {
        expect(host.waitedFor('read')).not.toContain(peer.fd);
        peer.room = 10_000;
        return undefined;
      },
      (peer, host) => {
        expect(host.waitedFor('read')).toContain(peer.fd);
        expect(host.waitedFor('write')).toContain(peer.fd);
        peer.room = 10_000;
        return undefined;
      },
      (peer) => {
        const expected = Buffer.alloc(100_000, 'abcdefghijklmnopqrstuvwxyz');
        expect(Buffer.concat(peer.received).equals(expected)).toBe(true);
        return true;
      },
    );
    expect(lines(host)).toEqual(['fd 4: open', 'fd 4: wrote false, 100000 queued', 'fd 4: drain']);
  });

  test('sends all that is queued to a peer that has ended its side, then closes', () => {
    const host = withPeer(
      (peer) => {
        peer.room = 1;
        return say('echo:hello')(peer);
      },
      say('FIN'),
      (peer, host) => {
        expect(host.waitedFor('read')).not.toContain(peer.fd);
        expect(peer.closed).toBe(false);
        peer.room = 100;
        return undefined;
      },
      (peer) => {
        expect(peer.text).toBe('hello');
        expect(peer.closed).toBe(true);
        return true;
      },
    );
    expect(lines(host)).toEqual([
      'fd 4: open',
      'fd 4: wrote false',
      'fd 4: end',
      'fd 4: close SUCCESS',
    ]);
  });

  test('may answer after the FIN of its peer', () => {
    const host = withPeer(say('answer-after-fin'), say('FIN'), (peer) => {
      expect(peer.text).toBe('late answer');
      expect(peer.closed).toBe(true);
      return true;
    });
    expect(lines(host)).toEqual(['fd 4: open', 'fd 4: end', 'fd 4: close SUCCESS']);
  });

  test('that has ended still gets data, takes none, and closes with the FIN of its peer', () => {
    const host = withPeer(
      say('write-after-end'),
      (peer) => {
        expect(peer.finished).toBe(true);
        expect(peer.text).toBe('');
        return say('more')(peer);
      },
      say('FIN'),
      (peer) => {
        expect(peer.closed).toBe(true);
        return true;
      },
    );
    expect(lines(host)).toEqual([
      'fd 4: open',
      'fd 4: wrote false',
      'fd 4: data 4',
      'fd 4: close SUCCESS',
    ]);
  });

  test.each(['CONNRESET', 'TIMEDOUT', 'IO'])('is closed with the errno of a read: %s', (errno) => {
    const host = withPeer(say({ errno }), (peer) => {
      expect(peer.closed).toBe(true);
      return true;
    });
    expect(lines(host)).toEqual(['fd 4: open', `fd 4: close ${errno}`]);
  });

  test('is closed with the errno of a write', () => {
    const host = withPeer((peer) => {
      peer.writeErrno = 'PIPE';
      return say('echo:lost')(peer);
    });
    expect(lines(host)).toEqual(['fd 4: open', 'fd 4: wrote false', 'fd 4: close PIPE']);
  });

  test('is closed with the errno of a write from its queue', () => {
    const host = withPeer(
      (peer) => {
        peer.room = 0;
        return say('echo:queued')(peer);
      },
      (peer) => {
        peer.writeErrno = 'CONNRESET';
        return undefined;
      },
    );
    expect(lines(host)).toEqual(['fd 4: open', 'fd 4: wrote false', 'fd 4: close CONNRESET']);
  });

  test('that pauses is not read', () => {
    const host = withPeer(say('pause'), (peer, host) => {
      expect(host.waitedFor('read')).not.toContain(peer.fd);
      return true;
    });
    lines(host);
  });

  test('whose fd the host does not know is closed with BADF', () => {
    const host = withPeer((peer, host) => {
      host.unknown.add(peer.fd);
      return undefined;
    });
    expect(lines(host)).toEqual(['fd 4: open', 'fd 4: close BADF']);
  });

  test('gets onTimeout after silence alone, with one deadline for the host', () => {
    const second = 1_000_000_000n;
    let start = 0n;
    const deadlines: bigint[] = [];
    const note = (host: ScriptedHost) => {
      deadlines.push((host.clock?.timeout ?? 0n) - start);
      return undefined;
    };
    const host = withPeer(
      (peer, host) => {
        start = host.now;
        return say(`timeout:${second}`)(peer);
      },
      (peer, host) => {
        note(host);
        host.now += second / 2n;
        return say('hello')(peer); // activity: a stamp, and the deadline stays as it was
      },
      (_, host) => note(host), // runs out, and only moves
      (_, host) => note(host), // runs out for good
      (_, host) => note(host),
    );
    expect(lines(host)).toEqual(['fd 4: open', 'fd 4: data 5', 'fd 4: timeout', 'fd 4: timeout']);
    expect(deadlines).toEqual([second, second, (3n * second) / 2n, (5n * second) / 2n]);
  });
});
