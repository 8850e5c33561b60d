// SPDX-License-Identifier: MIT
// One fd table for sockets, directories, files and /dev, and what each kind answers.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Errno } from '../../../host/wasi/errno.ts';
import { at, type Fixture, fixture, listenSpec, until } from './fixture.ts';

const READ = 1n << 1n;
const SEEK = 1n << 2n;
const WRITE = 1n << 6n;
let folder: string;
let f: Fixture;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pollux-'));
  writeFileSync(join(folder, 'a.txt'), 'hello file');
  f = fixture({ listen: [listenSpec, listenSpec], dirs: [{ host: folder, guest: '/data' }] });
});
afterEach(() => {
  f.host.close();
  rmSync(folder, { recursive: true });
});

function open(name: string, oflags = 0, fdflags = 0): number {
  const length = f.path(name);
  const rights = READ | SEEK | WRITE;
  expect(f.call('path_open', 5, 0, at.path, length, oflags, rights, 0n, fdflags, at.result)).toBe(
    Errno.SUCCESS,
  );
  return f.u32(at.result);
}

function fileType(fd: number): number {
  expect(f.call('fd_fdstat_get', fd, at.record)).toBe(Errno.SUCCESS);
  return f.bytes(at.record, 1)[0] as number;
}

function prestat(fd: number): [errno: number, tag: number, length: number] {
  const errno = f.call('fd_prestat_get', fd, at.record);
  return [errno, f.u32(at.record), f.u32(at.record + 4)];
}

describe('numbering', () => {
  test('listeners from 3, then directories, then /dev, then nothing', () => {
    expect([3, 4, 5, 6].map(fileType)).toEqual([6, 6, 3, 3]);
    expect(f.call('fd_fdstat_get', 7, at.record)).toBe(Errno.BADF);
  });

  test('a scan of preopens passes the listeners and finds both directories', () => {
    expect(prestat(3)).toEqual([0, 1, 0]);
    expect(prestat(4)).toEqual([0, 1, 0]);
    expect(prestat(5)).toEqual([0, 0, '/data'.length]);
    expect(f.call('fd_prestat_dir_name', 5, at.data, 5)).toBe(0);
    expect(f.bytes(at.data, 5).toString()).toBe('/data');
    expect(prestat(6)).toEqual([0, 0, '/dev'.length]);
    expect(f.call('fd_prestat_dir_name', 6, at.data, 4)).toBe(0);
    expect(f.bytes(at.data, 4).toString()).toBe('/dev');
    expect(f.call('fd_prestat_dir_name', 6, at.data, 3)).toBe(Errno.NAMETOOLONG);
    expect(prestat(7)[0]).toBe(Errno.BADF);
  });

  test('a guest without listeners sees its directories alone', () => {
    const plain = fixture({ listen: [], dirs: [{ host: folder, guest: '/data' }] });
    expect(plain.call('fd_prestat_get', 3, at.record)).toBe(0);
    expect(plain.call('fd_prestat_get', 4, at.record)).toBe(Errno.BADF);
    plain.host.close();
  });

  test('files and connections share the lowest free numbers', async () => {
    const file = open('a.txt');
    expect(file).toBe(7);
    const socket = await f.connect();
    expect(await until(() => f.call('sock_accept', 3, 4, at.result))).toBe(0);
    expect(f.u32(at.result)).toBe(8);
    expect(f.call('fd_close', file)).toBe(0);
    expect(open('a.txt')).toBe(7);
    expect(f.call('fd_close', 8)).toBe(0);
    expect(open('a.txt')).toBe(8);
    socket.destroy();
  });
});

describe('files through the base', () => {
  test('reads and writes reach the file behind the translated number', () => {
    const fd = open('b.txt', 1);
    f.bytes(at.data, 5).write('bytes');
    f.iovec(5);
    expect(f.call('fd_write', fd, at.iovs, 1, at.result)).toBe(0);
    expect(f.call('fd_seek', fd, 0n, 0, at.result)).toBe(0);
    f.iovec(100);
    expect(f.call('fd_read', fd, at.iovs, 1, at.result)).toBe(0);
    expect(f.u32(at.result)).toBe(5);
    expect(readFileSync(join(folder, 'b.txt'), 'utf8')).toBe('bytes');
    expect(f.call('fd_close', fd)).toBe(0);
    expect(f.call('fd_read', fd, at.iovs, 1, at.result)).toBe(Errno.BADF);
  });

  test('a file renumbered over a connection closes the connection', async () => {
    const socket = await f.connect();
    const ended = new Promise((resolve) => socket.once('end', resolve));
    socket.resume();
    await until(() => f.call('sock_accept', 3, 4, at.result));
    const connection = f.u32(at.result);
    const file = open('a.txt');
    expect(f.call('fd_renumber', file, connection)).toBe(0);
    await ended;
    f.iovec(5);
    expect(f.call('fd_read', connection, at.iovs, 1, at.result)).toBe(0);
    expect(f.bytes(at.data, 5).toString()).toBe('hello');
    expect(f.call('fd_read', file, at.iovs, 1, at.result)).toBe(Errno.BADF);
    socket.destroy();
  });

  test('no path leads out of the directory', () => {
    for (const path of ['../secret', '/etc/passwd', 'x/../../secret']) {
      const length = f.path(path);
      const errno = f.call('path_open', 5, 1, at.path, length, 0, READ, 0n, 0, at.result);
      expect([Errno.NOTCAPABLE, Errno.PERM, Errno.NOENT]).toContain(errno);
    }
  });

  test('closing standard output takes the number and not the process’s stream', () => {
    expect(f.call('fd_close', 1)).toBe(0);
    expect(f.call('fd_close', 1)).toBe(Errno.BADF);
    expect(open('a.txt')).toBe(1);
  });
});

describe('what is no file', () => {
  test.each([
    ['fd_seek', [3, 0n, 0, at.result], Errno.SPIPE],
    ['fd_tell', [3, at.result], Errno.SPIPE],
    ['fd_pread', [3, at.iovs, 1, 0n, at.result], Errno.SPIPE],
    ['fd_readdir', [3, at.data, 64, 0n, at.result], Errno.NOTDIR],
    ['path_open', [3, 0, at.path, 1, 0, READ, 0n, 0, at.result], Errno.NOTDIR],
    ['path_unlink_file', [6, at.path, 1], Errno.ROFS],
    ['path_rename', [5, at.path, 1, 3, at.path, 1], Errno.NOTDIR],
    ['path_open', [6, 0, at.path, 1, 0, READ, 0n, 0, at.result], Errno.NOENT],
    ['sock_shutdown', [5, 1], Errno.NOTSOCK],
    ['sock_accept', [0, 0, at.result], Errno.NOTSOCK],
    ['fd_seek', [99, 0n, 0, at.result], Errno.BADF],
    ['path_link', [5, 0, at.path, 1, 99, at.path, 1], Errno.BADF],
    ['proc_raise', [9], Errno.NOSYS],
  ] as const)('%s %#', (name, args, errno) => {
    f.path('x');
    expect(f.call(name, ...args)).toBe(errno);
  });

  test('a link in /dev tells both ends of a connection', async () => {
    const socket = await f.connect();
    await until(() => f.call('sock_accept', 3, 4, at.result));
    const fd = f.u32(at.result);
    const read = (path: string, room: number) =>
      f.call('path_readlink', 6, at.path, f.path(path), at.data, room, at.result);
    expect(read(`fd/${fd}`, 200)).toBe(0);
    const link = `tcp:127.0.0.1:${socket.localPort}->127.0.0.1:${socket.remotePort}`;
    expect(f.bytes(at.data, f.u32(at.result)).toString()).toBe(link);
    expect(read(`fd/${fd}`, 8)).toBe(0);
    expect(f.u32(at.result)).toBe(8);
    for (const path of ['fd/3', 'fd/99', 'fd/x', 'null', '../etc']) {
      expect(read(path, 200)).toBe(Errno.NOENT);
    }
    socket.destroy();
  });
});
