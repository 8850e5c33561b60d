// SPDX-License-Identifier: MIT
// Seeing inside: logger, diagnostics channels, trace, counters and metrics; and what limits do to them.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createConnection } from 'node:net';
import pino from 'pino';
import { Registry } from 'prom-client';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ExitEvent } from '../../src/index.ts';
import type { collectMetrics as Collect } from '../../src/metrics.ts';
import { start as startCli } from '../cli/pollux.ts';
import { Client } from '../support/client.ts';
import { testGuest } from '../unit/guest/guests.ts';
import { eventsOf, gone, line, Reactor, root } from './support.ts';

const { collectMetrics } = (await import(
  new URL('../../dist/metrics.js', import.meta.url).href
)) as {
  collectMetrics: typeof Collect;
};
const echo = `${root}build/examples/echo.wasm`;
let probe: string;
beforeAll(async () => {
  probe = await testGuest('reactor-probe');
});
const listen = ['127.0.0.1:0'];

test('pino gets the guest’s lines and its ends, with fields', async () => {
  const entries: Record<string, unknown>[] = [];
  const logger = pino({ base: null }, { write: (text) => entries.push(JSON.parse(text)) });
  await using reactor = await Reactor.start({ module: probe, listen, mode: 'worker', logger });
  const client = await Client.connect(reactor.addresses[0]!.port);
  await line(client, 'log');
  await client.send('trap\n');
  await gone(client);
  const which = { instance: 0, generation: 1 };
  await expect
    .poll(() => entries)
    .toMatchObject([
      { level: 30, ...which, msg: 'the guest is ready' },
      { level: 30, ...which, stream: 'stdout', msg: 'to standard output' },
      { level: 50, ...which, stream: 'stderr', msg: 'to standard error' },
      { level: 50, ...which, err: { type: 'GuestTrap' }, msg: 'the guest trapped: unreachable' },
      { level: 40, ...which, attempt: 1, delayMs: 0, end: 'trap' },
      { level: 30, ...which, msg: 'the guest is ready' },
    ]);
});

test('each event is published on node:diagnostics_channel', async () => {
  const seen: string[] = [];
  const note = (_message: unknown, name: string | symbol) => void seen.push(String(name));
  const names = ['ready', 'drain', 'exit'].map((name) => `pollux.${name}`);
  for (const name of names) subscribe(name, note);
  const reactor = await Reactor.start({ module: echo, listen, mode: 'worker' });
  await reactor.drain();
  await expect.poll(() => seen).toEqual(['pollux.ready', 'pollux.drain', 'pollux.exit']);
  for (const name of names) unsubscribe(name, note);
});

test.each(['worker', 'inline'] as const)(
  'a trace in mode %s shows the calls of the guest',
  async (mode) => {
    let trace = '';
    const module = mode === 'inline' ? `${root}build/examples/echo.reactor.wasm` : echo;
    await using reactor = await Reactor.start({
      ...{ module, listen, mode },
      trace: (text) => {
        trace += text;
      },
    });
    const client = await Client.connect(reactor.addresses[0]!.port);
    await line(client, 'hello');
    await expect.poll(() => trace).toMatch(/sock_accept\(.* = SUCCESS .*fd=\d+/);
    expect(trace).toContain('"hello');
    client.close();
  },
);

describe('metrics', () => {
  test('of several reactors in one registry, and none of one that has ended', async () => {
    const registry = new Registry();
    const one = await Reactor.start({ module: echo, listen, mode: 'worker' });
    await using two = await Reactor.start({ module: echo, listen, mode: 'worker' });
    collectMetrics(one, { registry, name: 'one' });
    collectMetrics(two, { registry, name: 'two' });
    expect(() => collectMetrics(two, { registry, name: 'two' })).toThrow(/'two' already/);
    const client = await Client.connect(two.addresses[0]!.port);
    await line(client, 'hello');
    const text = await registry.metrics();
    expect(text).toMatch(/^pollux_open_connections\{reactor="one"\} 0$/m);
    expect(text).toMatch(/^pollux_open_connections\{reactor="two"\} 1$/m);
    expect(text).toMatch(/^pollux_bytes_total\{reactor="two",direction="read"\} 6$/m);
    expect(text).toMatch(/^pollux_syscalls_total\{reactor="two",syscall="accept4"\} \d+$/m);
    expect(text).toMatch(/^pollux_turn_seconds_bucket\{le="\+Inf",reactor="two"\} (\d+)$/m);
    const count = (name: string) =>
      Number(new RegExp(`^${name}\\{.*two.*\\} (\\S+)$`, 'm').exec(text)?.[1]);
    expect(count('pollux_turn_seconds_count')).toBeGreaterThan(0);
    expect(count('pollux_turn_seconds_sum')).toBeGreaterThan(0);
    await one.close();
    expect(await registry.metrics()).not.toContain('reactor="one"');
    client.close();
  });

  test('counters go on over a restart and a reload', async () => {
    await using reactor = await Reactor.start({ module: probe, listen, mode: 'worker' });
    const { port } = reactor.addresses[0]!;
    const first = await Client.connect(port);
    await first.send('trap\n');
    await gone(first);
    const second = await Client.connect(port);
    await line(second, 'hello');
    second.close();
    await reactor.reload();
    await expect.poll(() => reactor.stats().instances).toBe(1);
    expect(reactor.stats()).toMatchObject({ accepts: 2, restarts: 1, reloads: 1, bytesRead: 11 });
  });

  test('--metrics serves them over HTTP', async () => {
    const { child, says, stderr, ended } = await startCli('--metrics', '127.0.0.1:0', echo);
    await says('/metrics\n');
    const url = /metrics at (\S+)/.exec(stderr())?.[1] as string;
    const answer = await fetch(url);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await answer.text()).toMatch(/^pollux_instances\{reactor="pollux"\} 1$/m);
    expect((await fetch(new URL('/other', url))).status).toBe(404);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    child.kill('SIGTERM');
    expect(await ended()).toEqual([0, null]);
  });

  test.each(['unix:/tmp/x', '127.0.0.1:0,backlog=3', 'web=127.0.0.1:0'])(
    '--metrics %s is refused before anything starts',
    async (address) => {
      const { stderr, ended } = await startCli('--metrics', address, echo);
      expect(await ended()).toEqual([2, null]);
      expect(stderr()).toContain(`--metrics takes HOST:PORT, as 127.0.0.1:9090, not '${address}'`);
      expect(stderr()).not.toContain('listening');
    },
  );
});

describe('limits, by what they count', () => {
  test('connections accepted in a second', async () => {
    const limits = { acceptsPerSecond: 5 };
    await using reactor = await Reactor.start({ module: echo, listen, mode: 'worker', limits });
    const { port } = reactor.addresses[0]!;
    const clients = await Promise.all(Array.from({ length: 8 }, () => Client.connect(port)));
    // All are served in the end; those beyond the burst later.
    await Promise.all(clients.map((client, i) => line(client, `client ${i}`)));
    expect(reactor.stats().refusedByLimit.acceptRate).toBeGreaterThan(0);
    expect(reactor.stats().accepts).toBe(8);
    for (const client of clients) client.close();
  });

  test('descriptors: what is beyond waits until one is closed, and nobody spins', async () => {
    // 0, 1, 2, the listener, /dev and /dev/poll; so two connections fit.
    const limits = { descriptors: 8 };
    await using reactor = await Reactor.start({ module: echo, listen, mode: 'worker', limits });
    const { port } = reactor.addresses[0]!;
    const [a, b, c] = [
      await Client.connect(port),
      await Client.connect(port),
      await Client.connect(port),
    ];
    await Promise.all([line(a, 'a'), line(b, 'b')]);
    const { waits } = reactor.stats();
    const third = line(c, 'c');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(reactor.stats().waits - waits).toBeLessThan(20);
    expect(reactor.stats().refusedByLimit.descriptors).toBeGreaterThan(0);
    a.close();
    expect(await third).toBe('c');
    for (const client of [b, c]) client.close();
  });

  test('memory: growth fails in a module of bytes, and the guest goes on', async () => {
    const limits = { memory: 2 << 20 };
    await using reactor = await Reactor.start({ module: probe, listen, mode: 'worker', limits });
    const client = await Client.connect(reactor.addresses[0]!.port);
    expect(await line(client, 'grow')).toBe('grow');
    expect(await line(client, 'on')).toBe('on');
    client.close();
  });

  test('a turn that takes too long in the app’s own thread is reported', async () => {
    const module = await testGuest('reactor-probe', { reactor: true });
    const limits = { turnMs: 20 };
    await using reactor = await Reactor.start({ module, listen, mode: 'inline', limits });
    const slow: number[] = [];
    reactor.on('slow-turn', ({ turnMs }) => slow.push(turnMs));
    const client = await Client.connect(reactor.addresses[0]!.port);
    expect(await line(client, 'busy')).toBe('busy');
    await expect.poll(() => slow.length).toBe(1);
    expect(await line(client, 'busy')).toBe('busy');
    // Each is told, whether or not it is the longest so far.
    for (let turns = 2; turns < 6; turns++) {
      await expect.poll(() => slow.length).toBe(turns);
      expect(await line(client, 'busy')).toBe('busy');
    }
    expect(reactor.stats().refusedByLimit.turn).toBe(6);
    for (const ms of slow) expect(ms).toBeGreaterThan(20);
    client.close();
  });

  test('a turn that takes too long in a worker ends the instance, and is counted', async () => {
    const limits = { turnMs: 100 };
    await using reactor = await Reactor.start({ module: probe, listen, mode: 'worker', limits });
    const exits = eventsOf<ExitEvent>(reactor, 'exit');
    const client = await Client.connect(reactor.addresses[0]!.port);
    await client.send('spin\n');
    await gone(client);
    await expect
      .poll(() => exits)
      .toMatchObject([{ ending: { error: { code: 'ERR_LIMIT_TURN' } } }]);
    expect(reactor.stats().refusedByLimit.turn).toBe(1);
  });

  test('a limit that is no limit is refused', async () => {
    const bad = { memory: -1 } as const;
    await expect(Reactor.start({ module: echo, limits: bad })).rejects.toMatchObject({
      code: 'ERR_OPTION',
      message: /limits\.memory is -1/,
    });
  });
});

test('a port in use is told before anything runs', async () => {
  await using reactor = await Reactor.start({ module: echo, listen, mode: 'worker' });
  const { port } = reactor.addresses[0]!;
  await expect(Reactor.start({ module: echo, listen: [{ port }] })).rejects.toMatchObject({
    code: 'ERR_ADDRESS_IN_USE',
  });
  createConnection(port, '127.0.0.1').destroy();
});

test('workers share a port, and each serves', async () => {
  await using reactor = await Reactor.start({ module: echo, listen, mode: 'worker', workers: 3 });
  const { port } = reactor.addresses[0]!;
  for (let i = 0; i < 30; i++) {
    const client = await Client.connect(port);
    expect(await line(client, `hello ${i}`)).toBe(`hello ${i}`);
    client.close();
  }
  expect(reactor.stats()).toMatchObject({ instances: 3, accepts: 30 });
  expect(await reactor.drain()).toEqual({ complete: true, cut: 0 });
});
