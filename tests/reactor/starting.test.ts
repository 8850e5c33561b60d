// SPDX-License-Identifier: MIT
// Ends that come while an instance is being made: abort, close, drain and limits, for a guest that never waits too.

import { openSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { op, printer, wasm } from '../cli/wasm.ts';
import { Client } from '../support/client.ts';
import { line, Reactor, root } from './support.ts';

const echo = `${root}build/examples/echo.wasm`;
const listen = ['127.0.0.1:0'];
const busy = wasm({ memory: true, code: op.loopForever });
const moment = () => new Promise((resolve) => setTimeout(resolve, 100));
const mode = 'worker';

describe('a guest that computes for ever and never waits', () => {
  test('is ended by the signal, and start rejects with its reason', async () => {
    const signal = AbortSignal.timeout(100);
    await expect(Reactor.start({ module: busy, listen, mode, signal })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });

  test('is ended by the limit of its turn', async () => {
    const limits = { turnMs: 50 };
    await expect(Reactor.start({ module: busy, listen, mode, limits })).rejects.toMatchObject({
      code: 'ERR_LIMIT_TURN',
    });
  });

  test('is ended with the others where one of several can not be started', async () => {
    const signal = AbortSignal.timeout(100);
    await expect(
      Reactor.start({ module: busy, listen, mode, workers: 2, signal }),
    ).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test.each(['drain', 'close'] as const)('does not keep %s from ending', async (end) => {
    const reactor = await Reactor.start({ module: echo, listen, mode });
    const reloaded = reactor.reload(busy);
    const refused = expect(reloaded).rejects.toMatchObject({ code: 'ERR_STOPPED' });
    await moment();
    await reactor[end]();
    await refused;
    expect((await reactor.ended).kind).toBe(end === 'close' ? 'stopped' : 'exit');
  });
});

test('close() amid a reload: the new instance gets no descriptor that is somebody else’s', async () => {
  for (const delay of [0, 5, 10, 15, 20, 25]) {
    const reactor = await Reactor.start({ module: echo, listen, mode });
    const reloaded = reactor.reload(echo).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, delay));
    await reactor.close();
    const error = await reloaded;
    if (error !== undefined) expect(error).toMatchObject({ code: 'ERR_STOPPED' });
    expect(await reactor.ended).toEqual({ kind: 'stopped' });
  }
});

test('the time of a drain is one', async () => {
  const reactor = await Reactor.start({ module: echo, listen, mode });
  for (const timeout of [Number.NaN, -1, 2 ** 31]) {
    const refused = { code: 'ERR_OPTION', message: /timeout is/ };
    await expect(reactor.drain({ timeout })).rejects.toMatchObject(refused);
    await expect(reactor.reload(echo, { timeout })).rejects.toMatchObject(refused);
  }
  const client = await Client.connect(reactor.addresses[0]!.port);
  expect(await line(client, 'before')).toBe('before');
  const drained = reactor.drain({ timeout: Number.POSITIVE_INFINITY });
  await moment();
  expect(await line(client, 'after')).toBe('after');
  client.close();
  expect(await drained).toMatchObject({ complete: true });
});

test('env: what is undefined is left out, and the rest becomes text', async () => {
  const lines: string[] = [];
  const env = { A: '1', B: undefined, C: 3, D: () => 4 } as unknown as NodeJS.ProcessEnv;
  const reactor = await Reactor.start({ module: printer('environ'), mode, env });
  reactor.on('log', ({ message }) => lines.push(message));
  await reactor.ended;
  await expect.poll(() => lines.join()).toContain('A=1');
  expect(lines.join()).toContain('C=3');
  expect(lines.join()).not.toContain('B=');
});

test('what can not be handed off leaves no descriptor behind', async () => {
  await using reactor = await Reactor.start({ module: echo, listen, mode });
  const fd = openSync('/dev/null', 'r');
  const open = () => readdirSync('/proc/self/fd').length;
  const before = open();
  for (let i = 0; i < 10; i++) {
    expect(() => reactor.handOff({ fd, close: () => {} })).toThrow(/it is no stream socket/);
  }
  expect(open()).toBe(before);
});
