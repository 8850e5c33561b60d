// SPDX-License-Identifier: MIT
// Channels from both ends on one thread: the test calls the guest's imports itself, and holds the app's stream.

import { getEventListeners, once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { backends } from '../../../host/index.ts';
import { Channel } from '../../../host/wasi/channel.ts';
import { Errno } from '../../../host/wasi/errno.ts';
import { bytes } from '../../support/client.ts';
import { at, type Fixture, fixture } from './fixture.ts';

const NONBLOCK = 4;
let open: Fixture | undefined;

afterEach(() => open?.host.close());

interface Pair {
  readonly guest: Fixture;
  readonly channel: Channel;
  readonly fd: number;
  /** All errors that the app's end emitted. */
  readonly errors: string[];
}

function accept(guest: Fixture): number {
  expect(guest.call('sock_accept', 3, NONBLOCK, at.result)).toBe(Errno.SUCCESS);
  return guest.u32(at.result);
}

function pair(backend = 'auto', options = {}): Pair {
  const guest = fixture({ listen: [{ name: 'app', internal: true }], backend }, 8);
  open = guest;
  const channel = new Channel(guest.host.id, 3, 'test', options);
  const errors: string[] = [];
  channel.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? error.message));
  return { guest, channel, fd: accept(guest), errors };
}

/** What the guest reads: the bytes, or the errno. */
function read({ guest, fd }: Pair, length = 65536): string | number {
  guest.iovec(length);
  const errno = guest.call('fd_read', fd, at.iovs, 1, at.result);
  return errno === 0 ? String(guest.bytes(at.data, guest.u32(at.result))) : errno;
}

function write({ guest, fd }: Pair, text: string): number {
  guest.bytes(at.data, text.length).write(text);
  guest.iovec(text.length);
  const errno = guest.call('fd_write', fd, at.iovs, 1, at.result);
  return errno === 0 ? guest.u32(at.result) : -errno;
}

/** As `once(channel, 'close')`, which an error would reject. */
const closing = (channel: Channel) => new Promise((resolve) => channel.once('close', resolve));

const settled = () => new Promise((resolve) => setImmediate(resolve));

for (const { name: backend } of backends().filter(({ available }) => available)) {
  describe(`on ${backend}`, () => {
    test('bytes go both ways, and each end of a direction is seen', async () => {
      const p = pair(backend);
      expect(read(p)).toBe(Errno.AGAIN);
      p.channel.write('hello');
      p.channel.end(' guest');
      await settled();
      expect(read(p)).toBe('hello guest');
      expect(read(p)).toBe('');
      const data = once(p.channel, 'data');
      expect(write(p, 'hello app')).toBe(9);
      expect(String((await data)[0])).toBe('hello app');
      const closed = closing(p.channel);
      expect(p.guest.call('fd_close', p.fd)).toBe(Errno.SUCCESS);
      await closed;
      expect(p.errors).toEqual([]);
    });
  });
}

test('a descriptor of a channel is a stream socket with a name, and reading can be taken from it', () => {
  const p = pair();
  expect(p.guest.call('fd_fdstat_get', p.fd, at.result)).toBe(Errno.SUCCESS);
  expect(p.guest.bytes(at.result, 1)[0]).toBe(6);
  const length = p.guest.path(`fd/${p.fd}`);
  const used = p.guest.call('path_readlink', 4, at.path, length, at.data, 64, at.result);
  expect(used).toBe(Errno.SUCCESS);
  expect(String(p.guest.bytes(at.data, p.guest.u32(at.result)))).toBe('channel:test');
  p.channel.destroy();
});

test('a writer is held back by a guest that does not read, and goes on when it does', async () => {
  const p = pair();
  const sent = Array.from({ length: 50_000 }, (_, i) => String(i).padStart(6)).join('');
  let written = false;
  expect(p.channel.write(sent, () => (written = true))).toBe(false);
  await settled();
  expect(written).toBe(false);
  let got = '';
  while (got.length < sent.length) {
    const one = read(p, 10_000);
    if (typeof one === 'string') got += one;
    else await settled();
  }
  expect(got).toBe(sent);
  await settled();
  expect(written).toBe(true);
  expect(p.channel.writableLength).toBe(0);
  p.channel.destroy();
});

test('a guest is held back by an app that does not read, and sees when there is room', async () => {
  const p = pair();
  p.channel.pause();
  let total = 0;
  for (let count = 1; count > 0; total += Math.max(count, 0)) {
    count = write(p, 'x'.repeat(50_000));
    await settled();
  }
  expect(total).toBeGreaterThanOrEqual(65536);
  expect(total).toBeLessThan(300_000);
  expect(write(p, 'x')).toBe(-Errno.AGAIN);
  let seen = 0;
  p.channel.on('data', (data: Buffer) => {
    seen += data.length;
  });
  p.channel.resume();
  while (seen < total) await settled();
  expect(write(p, 'y')).toBe(1);
  p.channel.destroy();
});

test('destroy is a reset for the guest, behind what was sent, and only once', async () => {
  const p = pair();
  p.channel.write('rest');
  await settled();
  p.channel.destroy();
  expect(read(p)).toBe('rest');
  expect(read(p)).toBe(Errno.CONNRESET);
  expect(read(p)).toBe('');
  expect(write(p, 'x')).toBe(-Errno.PIPE);
});

test('destroy after both directions have ended is none', async () => {
  const p = pair();
  p.channel.resume();
  p.channel.end();
  expect(p.guest.call('sock_shutdown', p.fd, 2)).toBe(Errno.SUCCESS);
  await closing(p.channel);
  expect(read(p)).toBe('');
  expect(write(p, 'x')).toBe(-Errno.PIPE);
  expect(p.errors).toEqual([]);
});

test('half-close: after its end the app still reads, and the guest after its own', async () => {
  const p = pair();
  p.channel.end('question');
  await settled();
  expect(read(p)).toBe('question');
  expect(read(p)).toBe('');
  expect(write(p, 'answer')).toBe(6);
  expect(String((await once(p.channel, 'data'))[0])).toBe('answer');
  const q = pair();
  expect(q.guest.call('sock_shutdown', q.fd, 2)).toBe(Errno.SUCCESS);
  q.channel.resume();
  await once(q.channel, 'end');
  q.channel.write('still');
  await settled();
  expect(read(q)).toBe('still');
  expect(q.channel.destroyed).toBe(false);
  p.guest.host.close();
  q.channel.destroy();
});

test('without allowHalfOpen the end of the guest ends the channel', async () => {
  const p = pair('auto', { allowHalfOpen: false });
  p.channel.resume();
  expect(p.guest.call('sock_shutdown', p.fd, 2)).toBe(Errno.SUCCESS);
  await closing(p.channel);
  expect(read(p)).toBe('');
});

test('a guest that closes with bytes unread resets the channel, behind what it wrote', async () => {
  const p = pair();
  p.channel.write('unread');
  await settled();
  expect(write(p, 'last')).toBe(4);
  const got: string[] = [];
  p.channel.on('data', (data) => got.push(String(data)));
  p.guest.call('fd_close', p.fd);
  await closing(p.channel);
  expect(got).toEqual(['last']);
  expect(p.errors).toEqual(['ECONNRESET']);
});

test('a reset is noticed by an app that does not read, and a write to a closed guest is EPIPE', async () => {
  const p = pair();
  p.channel.write('unread');
  await settled();
  p.guest.call('fd_close', p.fd);
  await closing(p.channel);
  expect(p.errors).toEqual(['ECONNRESET']);
  const q = pair();
  q.guest.call('fd_close', q.fd);
  q.channel.write('too late');
  await closing(q.channel);
  expect(q.errors).toEqual(['EPIPE']);
});

test('a write under way is told of a destroy, and of the end of the guest', async () => {
  const p = pair();
  const told = new Promise((resolve) => p.channel.write(bytes(200_000), resolve));
  await settled();
  p.channel.destroy();
  expect(((await told) as NodeJS.ErrnoException).code).toBe('ECANCELED');
  const q = pair();
  const failed = new Promise((resolve) => q.channel.write(bytes(200_000), resolve));
  await settled();
  q.guest.host.close();
  expect(((await failed) as NodeJS.ErrnoException).code).toBe('ECONNRESET');
  expect(q.errors).toEqual(['ECONNRESET']);
});

test('one that nobody accepted is reset when the guest ends', async () => {
  const guest = fixture({ listen: [{ name: '', internal: true }] });
  const channel = new Channel(guest.host.id, 3, 'early');
  guest.host.close();
  const [error] = await once(channel, 'error');
  expect(error.code).toBe('ECONNRESET');
  expect(error.syscall).toBe('read');
});

test('a channel to a guest or a listener that is not there says which', () => {
  const p = pair();
  const { id } = p.guest.host;
  expect(() => new Channel(id, 9, 'x')).toThrow(
    expect.objectContaining({ code: 'ERR_LISTENER_UNKNOWN' }),
  );
  p.guest.host.drain();
  p.guest.call('sock_accept', 3, NONBLOCK, at.result);
  expect(() => new Channel(id, 3, 'x')).toThrow(expect.objectContaining({ code: 'ERR_STOPPED' }));
  p.guest.host.close();
  expect(() => new Channel(id, 3, 'x')).toThrow(
    expect.objectContaining({ code: 'ERR_GUEST_EXITED' }),
  );
});

test('too many that wait are refused, and none is lost', () => {
  const guest = fixture({ listen: [{ name: '', internal: true }] });
  open = guest;
  const channels: Channel[] = [];
  for (let i = 0; i < 4096; i++) channels.push(new Channel(guest.host.id, 3, String(i)).unref());
  expect(() => new Channel(guest.host.id, 3, 'x')).toThrow(
    expect.objectContaining({ code: 'ERR_HAND_OFF' }),
  );
  for (const channel of channels) {
    accept(guest);
    channel.destroy();
  }
  expect(guest.call('sock_accept', 3, NONBLOCK, at.result)).toBe(Errno.AGAIN);
});

test('10,000 channels one after the other leave nothing behind', async () => {
  const guest = fixture({ listen: [{ name: '', internal: true }] });
  open = guest;
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 10_000; i++) {
    const channel = new Channel(guest.host.id, 3, 'x');
    channel.on('error', () => {});
    const fd = accept(guest);
    channel.write(`message ${i}`);
    if (i % 2 === 0) channel.destroy();
    guest.call('fd_close', fd);
    if (i % 100 === 0) await settled();
  }
  await settled();
  expect(guest.host.stats().openConnections).toBe(0);
  // Each has 128 KiB of buffers.
  expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
});

test('an idle channel emits timeout, and traffic puts it off', async () => {
  const p = pair();
  p.channel.setTimeout(20);
  await once(p.channel, 'timeout');
  expect(p.channel.destroyed).toBe(false);
  p.channel.setTimeout(0);
  expect(getEventListeners(p.channel, 'timeout')).toEqual([]);
  p.channel.destroy();
});
