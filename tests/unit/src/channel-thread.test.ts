// SPDX-License-Identifier: MIT
// Channels into an echo guest on another thread: each backend, back pressure, and a destroy at each moment.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { backends, Channel } from '../../../host/index.ts';
import { bytes } from '../../support/client.ts';
import { type EchoThread, echoThread } from './echo-thread.ts';

const addonPath = fileURLToPath(
  new URL('../../../host/native/build/Release/pollux.node', import.meta.url),
);
const threads: EchoThread[] = [];

afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.end();
});

async function start(backend?: string): Promise<EchoThread> {
  const thread = await echoThread(backend);
  threads.push(thread);
  return thread;
}

const available = backends().filter((backend) => backend.available);

for (const { name: backend } of available) {
  test(`messages come back, and the end after them, on ${backend}`, async () => {
    const { id, fd } = await start(backend);
    const channels = Array.from({ length: 20 }, (_, i) => new Channel(id, fd, `c${i}`));
    for (let i = 0; i < 200; i++) {
      const answers = channels.map((channel) => once(channel, 'data'));
      for (const channel of channels) channel.write(`message ${i} of ${channel.name}`);
      for (const [at, [answer]] of (await Promise.all(answers)).entries()) {
        expect(String(answer)).toBe(`message ${i} of c${at}`);
      }
    }
    const ends = channels.map((channel) =>
      Promise.all([once(channel, 'data'), once(channel, 'close')]),
    );
    for (const channel of channels) channel.end('last');
    for (const [answer] of await Promise.all(ends)) expect(String(answer)).toBe('last');
  });
}

test('100 MB go both ways unharmed, with a reader that is slow now and then', async () => {
  const { id, fd } = await start();
  const channel = new Channel(id, fd, 'big');
  const piece = bytes(1 << 20);
  const sent = createHash('sha256');
  const got = createHash('sha256');
  let total = 0;
  const source = async function* () {
    for (let i = 0; i < 100; i++) {
      sent.update(piece);
      yield piece;
      if (i % 10 === 0) await sleep(2);
    }
  };
  const sink = async (from: AsyncIterable<Buffer>) => {
    let next = 5 << 20;
    for await (const chunk of from) {
      got.update(chunk);
      total += chunk.length;
      if (total < next) continue;
      next += 5 << 20;
      await sleep(5);
      // Nothing piles up on this side meanwhile.
      expect(channel.readableLength).toBeLessThanOrEqual(128 * 1024);
    }
  };
  await pipeline(source, channel, sink);
  expect(total).toBe(100 << 20);
  expect(got.digest('hex')).toBe(sent.digest('hex'));
}, 120_000);

test('a channel may be destroyed, ended or left at any moment, and others go on', async () => {
  const { id, fd } = await start();
  const steady = new Channel(id, fd, 'steady');
  const moments: ((channel: Channel) => unknown)[] = [
    () => {},
    (channel) => channel.write('x'),
    (channel) => channel.write(bytes(500_000)),
    (channel) => channel.end('x'),
    (channel) => channel.resume(),
    (channel) => once(channel, 'data').catch(() => {}),
  ];
  for (let i = 0; i < 600; i++) {
    const channel = new Channel(id, fd, `c${i}`);
    const closed = new Promise((resolve) => channel.once('close', resolve));
    channel.on('error', (error) => expect(error).toMatchObject({ code: 'ECONNRESET' }));
    moments[i % moments.length]?.(channel);
    for (let turns = i % 4; turns > 0; turns--) await turn();
    if (i % 5 === 0) channel.destroy(Object.assign(new Error('ours'), { code: 'ECONNRESET' }));
    else channel.destroy();
    await closed;
  }
  steady.write('still here');
  expect(String((await once(steady, 'data'))[0])).toBe('still here');
  steady.end();
  await once(steady.resume(), 'close');
});

test('the end of the guest closes its channels, whatever they do', async () => {
  for (let i = 0; i < 12; i++) {
    const { id, fd, end } = await start(available[i % available.length]?.name);
    const channels = Array.from({ length: 8 }, (_, k) => new Channel(id, fd, `c${k}`));
    const closed = channels.map((channel, k) => {
      channel.on('error', (error) =>
        expect(['ECONNRESET', 'EPIPE']).toContain((error as NodeJS.ErrnoException).code),
      );
      if (k % 2 === 0) channel.resume();
      if (k % 3 === 0) channel.write(bytes(200_000));
      if (k % 4 === 0) channel.end();
      return new Promise((resolve) => channel.once('close', resolve));
    });
    if (i % 3 > 0) await sleep(i % 3 === 1 ? 1 : 10);
    const over = end();
    for (const channel of channels) channel.resume();
    await Promise.all(closed);
    await over;
  }
});

test('an HTTP client of Node speaks over a channel as over a socket', async () => {
  const { id, fd } = await start();
  const client = request({
    createConnection: () => new Channel(id, fd, 'http') as never,
    method: 'POST',
    path: '/',
    headers: { 'content-length': 5 },
  });
  // The guest echoes the request, which is no response: the parser says so, and nothing hangs.
  client.end('hello');
  const [error] = await once(client, 'error');
  expect(error.code).toMatch(/^HPE_/);
});

test('a thread that ends takes its channels along, and the guest sees a reset', async () => {
  const { id, fd } = await start();
  const script = `
    import { parentPort } from 'node:worker_threads';
    import { createRequire } from 'node:module';
    const addon = createRequire('/')(${JSON.stringify(addonPath)});
    const handle = addon.openChannel(${id}, ${fd}, 'other', () => {});
    addon.channelWrite(handle, Buffer.from('from afar'), 0);
    parentPort.postMessage(typeof handle);
    setInterval(() => {}, 1000);
  `;
  for (let i = 0; i < 5; i++) {
    const other = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`));
    expect(await once(other, 'message')).toEqual(['object']);
    await other.terminate();
  }
  const channel = new Channel(id, fd, 'mine');
  channel.write('hello');
  expect(String((await once(channel, 'data'))[0])).toBe('hello');
  channel.destroy();
});
