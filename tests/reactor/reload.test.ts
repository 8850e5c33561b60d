// SPDX-License-Identifier: MIT
// Hot reload: a new module on the same listeners, while clients are served.

import { beforeAll, describe, expect, test } from 'vitest';
import type { Reactor as ReactorClass, ReactorStats } from '../../src/index.ts';
import { backends } from '../../src/index.ts';
import { op, wasm } from '../cli/wasm.ts';
import { Client } from '../support/client.ts';
import { testGuest } from '../unit/guest/guests.ts';
import { line, Reactor, root } from './support.ts';

const echo = `${root}build/examples/echo.wasm`;
let probe: string;
beforeAll(async () => {
  probe = await testGuest('reactor-probe');
});

/** Connects, echoes and closes, again and again; what went wrong. */
async function load(
  port: number,
  until: () => boolean,
): Promise<{ served: number; errors: string[] }> {
  const errors: string[] = [];
  let served = 0;
  while (!until()) {
    try {
      const client = await Client.connect(port);
      for (let i = 0; i < 3; i++) expect(await line(client, `message ${i}`)).toBe(`message ${i}`);
      client.end();
      await client.readToEnd();
      served++;
    } catch (error) {
      errors.push(String(error));
    }
  }
  return { served, errors };
}

describe('reload in a worker', () => {
  test('an open connection stays with the old module, new ones go to the new one', async () => {
    await using reactor = await Reactor.start({
      module: echo,
      listen: ['127.0.0.1:0'],
      mode: 'worker',
    });
    const { port } = reactor.addresses[0]!;
    const old = await Client.connect(port);
    expect(await line(old, 'one')).toBe('one');
    await reactor.reload(probe);
    const young = await Client.connect(port);
    await young.send('log\n');
    expect(await young.readText(4)).toBe('log\n');
    expect(await line(old, 'two')).toBe('two');
    expect(reactor.stats()).toMatchObject({ instances: 2, reloads: 1, openConnections: 2 });
    old.end();
    await old.readToEnd();
    await expect.poll(() => reactor.stats().instances).toBe(1);
    young.close();
  });

  const available = backends().flatMap((one) => (one.available ? [one.name] : []));
  const inALoop = available.filter((name) => ['epoll', 'epoll-et', 'io-uring'].includes(name));
  test.each([
    ...available.map((name) => ['worker', name] as const),
    ...inALoop.map((name) => ['inline', name] as const),
  ])(
    'under load no connection is refused and none reset, in mode %s on %s',
    async (mode, backend) => {
      const module = mode === 'inline' ? echo.replace('.wasm', '.reactor.wasm') : echo;
      await using reactor = await Reactor.start({
        ...{ module, listen: ['127.0.0.1:0'], mode, backend },
      });
      let over = false;
      const clients = Array.from({ length: 8 }, () => load(reactor.addresses[0]!.port, () => over));
      for (let i = 0; i < 10; i++) await reactor.reload();
      over = true;
      for (const { served, errors } of await Promise.all(clients)) {
        expect(errors).toEqual([]);
        expect(served).toBeGreaterThan(0);
      }
      expect(reactor.stats().reloads).toBe(10);
    },
  );

  test('a module that does not compile, traps or ends at once leaves the old one serving', async () => {
    await using reactor = await Reactor.start({
      module: echo,
      listen: ['127.0.0.1:0'],
      mode: 'worker',
    });
    const bad: [module: Uint8Array, code: string][] = [
      [new Uint8Array([1, 2, 3]), 'ERR_MODULE_INVALID'],
      [wasm({ memory: true, code: [] }), 'ERR_GUEST_EXITED'],
      [wasm({ start: 'other', memory: true, code: [] }), 'ERR_MODULE_NO_START'],
    ];
    for (const [module, code] of bad) {
      await expect(reactor.reload(module)).rejects.toMatchObject({ code });
    }
    await expect(
      reactor.reload(wasm({ memory: true, code: op.unreachable })),
    ).rejects.toMatchObject({
      name: 'GuestTrap',
    });
    const client = await Client.connect(reactor.addresses[0]!.port);
    expect(await line(client, 'still here')).toBe('still here');
    expect(reactor.stats()).toMatchObject({
      instances: 1,
      reloads: 0,
    } satisfies Partial<ReactorStats>);
    client.close();
  });

  test('two at a time are done one after the other; after close() there are none', async () => {
    const reactor: ReactorClass = await Reactor.start({
      module: echo,
      listen: ['127.0.0.1:0'],
      mode: 'worker',
    });
    await Promise.all([reactor.reload(probe), reactor.reload(echo)]);
    expect(reactor.stats().reloads).toBe(2);
    await reactor.close();
    await expect(reactor.reload(echo)).rejects.toMatchObject({ code: 'ERR_STOPPED' });
  });
});
