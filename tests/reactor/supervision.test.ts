// SPDX-License-Identifier: MIT
// How instances end, and what becomes of them: each end in each mode, with clients on plain sockets.

import { beforeAll, describe, expect, test } from 'vitest';
import type {
  ExitEvent,
  Reactor as ReactorClass,
  RestartEvent,
  TrapEvent,
} from '../../src/index.ts';
import { Client } from '../support/client.ts';
import { testGuest } from '../unit/guest/guests.ts';
import { eventsOf, gone, line, Reactor } from './support.ts';

let probe: string;
beforeAll(async () => {
  probe = await testGuest('reactor-probe');
});

const start = (options: object = {}): Promise<ReactorClass> =>
  Reactor.start({ module: probe, listen: ['127.0.0.1:0'], mode: 'worker', ...options });

describe('in a worker', () => {
  test('a trap is told with the guest’s own stack, and the next connection is served', async () => {
    await using reactor = await start();
    const traps = eventsOf<TrapEvent>(reactor, 'trap');
    const restarts = eventsOf<RestartEvent>(reactor, 'restart');
    const { port } = reactor.addresses[0]!;
    const first = await Client.connect(port);
    await first.send('trap\n');
    await gone(first);
    const second = await Client.connect(port);
    expect(await line(second, 'hello')).toBe('hello');
    expect(traps).toHaveLength(1);
    expect(traps[0]!.error.message).toBe('unreachable');
    expect(traps[0]!.error.frames[0]!.name).toContain('onData');
    expect(restarts).toMatchObject([{ instance: 0, generation: 1, attempt: 1, delayMs: 0 }]);
    expect(reactor.stats().restarts).toBe(1);
    second.close();
  });

  test('the second trap in a row waits before the next start', async () => {
    await using reactor = await start();
    const restarts = eventsOf<RestartEvent>(reactor, 'restart');
    const { port } = reactor.addresses[0]!;
    for (let i = 0; i < 3; i++) {
      const client = await Client.connect(port);
      await client.send('trap\n');
      await gone(client);
    }
    await expect.poll(() => restarts.map(({ delayMs }) => delayMs)).toEqual([0, 100, 200]);
  });

  test('exit status 0 is an end; another one is a failure', async () => {
    for (const [status, expected] of [
      [0, false],
      [3, true],
    ] as const) {
      await using reactor = await start();
      const exits = eventsOf<ExitEvent>(reactor, 'exit');
      const client = await Client.connect(reactor.addresses[0]!.port);
      await client.send(`exit ${status}\n`);
      await gone(client);
      await expect
        .poll(() => exits)
        .toMatchObject([{ ending: { kind: 'exit', status }, restarts: expected }]);
      if (!expected) expect(await reactor.ended).toEqual({ kind: 'exit', status: 0 });
    }
  });

  test.each(['trap', 'exit', 'restart'] as const)(
    'who closes the reactor when told of %s gets no other instance',
    async (name) => {
      const module = await testGuest('reactor-probe', { reactor: true });
      for (const options of [{}, { module, mode: 'inline' }]) {
        await using reactor = await start(options);
        const restarts = eventsOf<RestartEvent>(reactor, 'restart');
        reactor.on(name, () => void reactor.close());
        const client = await Client.connect(reactor.addresses[0]!.port);
        await client.send('trap\n');
        await gone(client);
        expect((await reactor.ended).kind).toBe(name === 'trap' ? 'trap' : 'stopped');
        expect(restarts).toHaveLength(name === 'restart' ? 1 : 0);
        expect(reactor.stats().restarts).toBe(0);
      }
    },
  );

  test('close() ends a guest that makes no WASI call any more', async () => {
    const reactor = await start();
    const client = await Client.connect(reactor.addresses[0]!.port);
    await client.send('spin\n');
    await reactor.close();
    expect(await reactor.ended).toEqual({ kind: 'stopped' });
    await gone(client);
  });
});
