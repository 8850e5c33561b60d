// SPDX-License-Identifier: MIT
// Listeners on Unix sockets, inherited ones and IPv6, and the order of listeners and directories.

import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { Errno } from '../../../host/wasi/errno.ts';
import { type BoundListener, type ListenSpec, listen } from '../../../host/wasi/listen.ts';
import { at, type Fixture, fixture, listenSpec, until } from './fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'pollux-listen-'));
afterAll(() => rmSync(folder, { recursive: true }));

const open: Fixture[] = [];
const servers: Server[] = [];
afterEach(() => {
  for (const f of open.splice(0)) f.host.close();
  for (const server of servers.splice(0)) server.close();
});

function listening(...listen: ListenSpec[]): Fixture {
  const f = fixture({ listen });
  open.push(f);
  return f;
}

let count = 0;
const newPath = () => join(folder, `${count++}.sock`);
const unix = (path: string, mode?: number): ListenSpec => ({ name: '', path, backlog: 16, mode });

/** A server of Node on this path or port, in this process. */
async function server(at: string | number): Promise<Server> {
  const server = createServer();
  servers.push(server);
  if (typeof at === 'number') server.listen(at, '127.0.0.1');
  else server.listen(at);
  await once(server, 'listening');
  return server;
}

/** Accepts from fd 3, and echoes what comes first; answers what /dev/fd says of the connection. */
async function serveOne(f: Fixture, device: number): Promise<string> {
  expect(await until(() => f.call('sock_accept', 3, 4, at.result))).toBe(0);
  const fd = f.u32(at.result);
  f.iovec(100);
  expect(await until(() => f.call('fd_read', fd, at.iovs, 1, at.result))).toBe(0);
  f.iovec(f.u32(at.result));
  expect(f.call('fd_write', fd, at.iovs, 1, at.result)).toBe(0);
  const length = f.path(`fd/${fd}`);
  expect(f.call('path_readlink', device, at.path, length, at.data, 300, at.result)).toBe(0);
  const link = f.bytes(at.data, f.u32(at.result)).toString();
  f.call('fd_close', fd);
  return link;
}

async function talk(to: string | { port: number; host: string }): Promise<string> {
  const socket = typeof to === 'string' ? createConnection(to) : createConnection(to);
  socket.write('hello');
  const [data] = await once(socket, 'data');
  socket.destroy();
  return String(data);
}

describe('a Unix socket', () => {
  test('serves connections, which tell its path', async () => {
    const path = newPath();
    const f = listening(unix(path));
    expect(f.host.listeners[0]).toMatchObject({ address: `unix:${path}`, path, host: '', port: 0 });
    const [link, answer] = await Promise.all([serveOne(f, 4), talk(path)]);
    expect(answer).toBe('hello');
    expect(link).toBe(`unix:->${path}`);
  });

  test('has the permissions that were asked for, whatever the umask', () => {
    const path = newPath();
    const umask = process.umask(0o022);
    try {
      listening(unix(path, 0o662));
    } finally {
      process.umask(umask);
    }
    expect(statSync(path).mode & 0o777).toBe(0o662);
  });

  test('vanishes with the host, and when the guest closes it', () => {
    const [first, second] = [newPath(), newPath()];
    const f = listening(unix(first), unix(second));
    expect([existsSync(first), existsSync(second)]).toEqual([true, true]);
    expect(f.call('fd_close', 3)).toBe(0);
    expect([existsSync(first), existsSync(second)]).toEqual([false, true]);
    f.host.close();
    expect(existsSync(second)).toBe(false);
  });

  test('that another one has replaced is left alone', () => {
    const [path, other] = [newPath(), newPath()];
    const f = listening(unix(path));
    listening(unix(other));
    renameSync(other, path);
    f.host.close();
    expect(existsSync(path)).toBe(true);
    rmSync(path);
  });

  test('on which nobody accepts any more is replaced', async () => {
    const [path, kept] = [newPath(), newPath()];
    const stale = await server(path);
    renameSync(path, kept); // so that the server does not remove it
    stale.close();
    await once(stale, 'close');
    renameSync(kept, path);
    const f = listening(unix(path));
    const [, answer] = await Promise.all([serveOne(f, 4), talk(path)]);
    expect(answer).toBe('hello');
  });

  test('on which somebody accepts is in use, and stays', async () => {
    const path = newPath();
    await server(path);
    expect(() => listening(unix(path))).toThrow(
      expect.objectContaining({ code: 'ERR_ADDRESS_IN_USE' }),
    );
    expect(existsSync(path)).toBe(true);
  });

  test('takes the place of no other file', () => {
    const path = newPath();
    writeFileSync(path, 'precious');
    expect(() => listening(unix(path))).toThrow(/a file that is no socket, which is left alone/);
    mkdirSync(`${path}.d`);
    expect(() => listening(unix(`${path}.d`))).toThrow(/no socket/);
    expect(statSync(path).size).toBe('precious'.length);
  });

  test('without a directory, or with too long a path, says what to do', () => {
    expect(() => listening(unix(join(folder, 'none/x.sock')))).toThrow(
      /its directory does not exist; make it first/,
    );
    expect(() => listening(unix(`${folder}/${'x'.repeat(108)}`))).toThrow(/at most 107 bytes/);
    const longest = `${folder}/${'x'.repeat(107 - folder.length - 1)}`;
    expect(listening(unix(longest)).host.listeners[0]?.path).toBe(longest);
  });

  test('with an abstract name needs no file', async () => {
    const name = `@pollux-${process.pid}-${count++}`;
    const f = listening(unix(name));
    expect(f.host.listeners[0]?.address).toBe(`unix:${name}`);
    expect(() => listening(unix(name))).toThrow(
      expect.objectContaining({ code: 'ERR_ADDRESS_IN_USE' }),
    );
    f.host.close();
    expect(listening(unix(name)).host.listeners).toHaveLength(1);
  });

  test('a failure leaves none behind', () => {
    const path = newPath();
    expect(() => listening(unix(path), { name: '', fd: 987 })).toThrow(/no such descriptor/);
    expect(existsSync(path)).toBe(false);
  });
});

describe('an inherited socket', () => {
  test.each([
    ['TCP', () => listenSpec, /^tcp:127\.0\.0\.1:\d+->127\.0\.0\.1:\d+$/],
    ['a Unix socket', () => unix(newPath()), /^unix:->\//],
  ])('of %s serves several guests, and stays open', async (_, spec, form) => {
    const inherited = listen(spec());
    for (const name of ['first', 'second']) {
      const f = listening({ name, fd: inherited.hostFd });
      const { port, host, path, address } = f.host.listeners[0] as BoundListener;
      expect(address).toBe(inherited.address);
      const [link, answer] = await Promise.all([serveOne(f, 4), talk(path ?? { port, host })]);
      expect(answer).toBe('hello');
      expect(link).toMatch(form);
      f.host.close();
    }
    closeSync(inherited.hostFd);
  });

  test('must be a listening stream socket', async () => {
    const inherited = await server(0);
    const { port } = inherited.address() as { port: number };
    const connection = createConnection(port, '127.0.0.1');
    await once(connection, 'connect');
    const connected = (connection as unknown as { _handle: { fd: number } })._handle.fd;
    expect(() => listening({ name: '', fd: connected })).toThrow(/a socket that does not listen/);
    connection.destroy();
    expect(() => listening({ name: '', fd: 9999 })).toThrow(/fd 9999: this process has no such/);
    expect(() => listening({ name: '', fd: 1 })).toThrow(
      expect.objectContaining({ code: 'ERR_LISTEN' }),
    );
  });
});

test('IPv6 tells its addresses in brackets', async () => {
  const f = listening({ ...listenSpec, host: '::1' });
  const { port, address } = f.host.listeners[0] as BoundListener;
  expect(address).toBe(`[::1]:${port}`);
  const [link, answer] = await Promise.all([serveOne(f, 4), talk({ port, host: '::1' })]);
  expect(answer).toBe('hello');
  expect(link).toMatch(new RegExp(`^tcp:\\[::1\\]:\\d+->\\[::1\\]:${port}$`));
});

test('all interfaces are those of IPv6 and IPv4, which are told in their own forms', async () => {
  const f = listening({ ...listenSpec, host: '' });
  const { port, address } = f.host.listeners[0] as BoundListener;
  expect(address).toBe(`[::]:${port}`);
  for (const [host, form] of [
    ['127.0.0.1', /^tcp:127\.0\.0\.1:\d+->127\.0\.0\.1:/],
    ['::1', /^tcp:\[::1\]:\d+->\[::1\]:/],
  ] as const) {
    const [link] = await Promise.all([serveOne(f, 4), talk({ port, host })]);
    expect(link).toMatch(form);
  }
  const only6 = listening({ ...listenSpec, host: '::' });
  const { port: port6 } = only6.host.listeners[0] as BoundListener;
  const refused = createConnection(port6, '127.0.0.1');
  const [error] = await once(refused, 'error');
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
});

test('reuseport lets several listen on one address', () => {
  const first = listening({ ...listenSpec, reuseport: true });
  const { port } = first.host.listeners[0] as BoundListener;
  const second = listening({ ...listenSpec, port, reuseport: true });
  expect(second.host.listeners[0]?.port).toBe(port);
  expect(() => listening({ ...listenSpec, port })).toThrow(/already in use/);
});

test.each([
  [{ name: 'x', host: 'h', port: 0 }, /port 0 is not in 1 to 65535/],
  [{ name: 'x', host: 'h', port: 1.5 }, /port 1\.5 is not/],
  [{ name: 'x', host: 'h'.repeat(254), port: 1 }, /no such address/],
  [{ name: 'x', host: 'a\0b', port: 1 }, /no such address/],
  [{ name: 'x', host: '', port: 1 }, /no such address/],
  [{ name: 'x', path: 'p'.repeat(108) }, /no such address/],
  [{ name: '', path: '/p' }, /needs a name/],
  [{ name: 'a/b', host: 'h', port: 1 }, /is no name/],
])('a peer %j is refused', (peer, message) => {
  expect(() => fixture({ listen: [], connect: [peer] })).toThrow(message);
});

describe('the order of listeners and directories', () => {
  /** What a scan as wasi-libc, Go and Rust make it finds: names of directories, and sockets by file type. */
  function scan(f: Fixture): string[] {
    const found: string[] = [];
    for (let fd = 3; f.call('fd_prestat_get', fd, at.record) !== Errno.BADF; fd++) {
      const [tag, length] = [f.u32(at.record), f.u32(at.record + 4)];
      if (tag === 0) {
        expect(f.call('fd_prestat_dir_name', fd, at.data, length)).toBe(0);
        found.push(f.bytes(at.data, length).toString());
      }
      expect(f.call('fd_fdstat_get', fd, at.record)).toBe(0);
      if (f.bytes(at.record, 1)[0] === 6) found.push('socket');
    }
    return found;
  }

  const dirs = [
    { host: folder, guest: '/a' },
    { host: folder, guest: '/b' },
  ];

  test.each([
    ['first', ['socket', 'socket', '/a', '/b', '/dev'], 3],
    ['last', ['/a', '/b', 'socket', 'socket', '/dev'], 5],
  ] as const)('listeners %s', async (listeners, expected, fd) => {
    const f = fixture({ listen: [listenSpec, listenSpec], dirs, listeners });
    open.push(f);
    expect(scan(f)).toEqual(expected);
    expect(f.host.listeners.map(({ guestFd }) => guestFd)).toEqual([fd, fd + 1]);
    const socket = await f.connect();
    expect(await until(() => f.call('sock_accept', fd, 4, at.result))).toBe(0);
    socket.destroy();
  });

  test('/dev is there for who may connect, and for nobody else', () => {
    for (const [connect, expected] of [
      [[], ['/a', '/b']],
      [[{ name: 'x', host: 'h', port: 1 }], ['/a', '/b', '/dev']],
    ] as const) {
      const f = fixture({ listen: [], dirs, connect });
      open.push(f);
      expect(scan(f)).toEqual(expected);
    }
  });
});

describe('/dev/tcp', () => {
  const NONBLOCK = 4;
  const RIGHTS = (1n << 1n) | (1n << 6n);

  function connecting(port: number): Fixture {
    const f = fixture({
      listen: [],
      connect: [
        { name: 'db', host: '127.0.0.1', port },
        { name: '', host: '127.0.0.1', port },
        { name: '', host: '::1', port: 9 },
      ],
    });
    open.push(f);
    return f;
  }
  const openPath = (f: Fixture, path: string, oflags = 0, fdflags = NONBLOCK) =>
    f.call('path_open', 3, 0, at.path, f.path(path), oflags, RIGHTS, 0n, fdflags, at.result);

  test('opens what was allowed, by name or by address, as a stream socket', async () => {
    const { port } = (await server(0)).address() as { port: number };
    const f = connecting(port);
    for (const path of ['tcp/db', './tcp/db', `tcp/127.0.0.1/${port}`, 'tcp/[::1]/9']) {
      expect(openPath(f, path), path).toBe(0);
      const fd = f.u32(at.result);
      expect(f.call('fd_fdstat_get', fd, at.record)).toBe(0);
      expect(f.bytes(at.record, 3)).toEqual(Buffer.from([6, 0, NONBLOCK]));
      expect(f.call('fd_filestat_get', fd, at.record)).toBe(0);
      expect(f.bytes(at.record + 16, 1)[0]).toBe(6);
      expect(f.call('fd_close', fd)).toBe(0);
    }
    expect(openPath(f, 'tcp/db', 0, 0)).toBe(0);
    const link = f.path(`fd/${f.u32(at.result)}`);
    expect(f.call('path_readlink', 3, at.path, link, at.data, 300, at.result)).toBe(0);
    expect(f.bytes(at.data, f.u32(at.result)).toString()).toMatch(
      new RegExp(`^tcp:127\\.0\\.0\\.1:${port}->127\\.0\\.0\\.1:\\d+$`),
    );
  });

  test.each([
    ['tcp/other', 0, Errno.NOENT],
    ['tcp/', 0, Errno.NOENT],
    ['tcp', 0, Errno.NOENT],
    ['udp/db', 0, Errno.NOENT],
    ['tcp/db/../db', 0, Errno.NOENT],
    ['../dev/tcp/db', 0, Errno.NOENT],
    ['tcp/127.0.0.1/1', 0, Errno.NOTCAPABLE],
    ['tcp/db/80', 0, Errno.NOTCAPABLE],
    ['tcp/169.254.169.254/80', 0, Errno.NOTCAPABLE],
    ['tcp/db', 2, Errno.NOTDIR],
    ['tcp/db', 5, Errno.EXIST],
  ] as const)('%s (oflags %i) is errno %i', (path, oflags, errno) => {
    const f = connecting(9);
    expect(openPath(f, path, oflags)).toBe(errno);
    expect(f.call('fd_fdstat_get', 4, at.record)).toBe(Errno.BADF);
  });

  test('a blocking open answers what connect says', async () => {
    const closing = await server(0);
    const { port } = closing.address() as { port: number };
    closing.close();
    await once(closing, 'close');
    const f = connecting(port);
    expect(openPath(f, 'tcp/db', 0, 0)).toBe(Errno.CONNREFUSED);
    expect(f.call('fd_fdstat_get', 4, at.record)).toBe(Errno.BADF);
  });

  test('pointers are checked before anybody is called', () => {
    const f = connecting(9);
    const length = f.path('tcp/db');
    const end = 2 * 65536;
    for (const [path, result] of [
      [end - 3, at.result],
      [at.path, end - 3],
    ] as const) {
      expect(f.call('path_open', 3, 0, path, length, 0, RIGHTS, 0n, NONBLOCK, result)).toBe(
        Errno.FAULT,
      );
    }
    expect(f.call('fd_fdstat_get', 4, at.record)).toBe(Errno.BADF);
  });
});
