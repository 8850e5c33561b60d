// SPDX-License-Identifier: MIT
// Files and directories of a guest, each test named after a fault of node:wasi, wasi-js or @wasmer/wasi
// that a guest would notice (RATIONALE.md lists them).

import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  ALL_RIGHTS,
  FdFlags,
  type FileCalls,
  FileType,
  fileCalls,
  OFlags,
  Right,
} from './files.ts';
import { at, type Fixture, fixture } from './fixture.ts';

const DIR = 3;
const READ_WRITE = Right.READ | Right.WRITE | Right.SEEK | (1n << 3n) | (1n << 21n);
let folder: string;
let f: Fixture;
let files: FileCalls;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pollux-files-'));
  f = fixture({ listen: [], dirs: [{ host: folder, guest: '/data' }] });
  files = fileCalls(f);
});
afterEach(() => {
  f.host.close();
  rmSync(folder, { recursive: true });
});

/** An fd, or the test ends with the errno. */
function opened(path: string, options: Parameters<FileCalls['open']>[2] = {}): number {
  const fd = files.open(DIR, path, options);
  if (typeof fd === 'string') throw new Error(`${path}: ${fd}`);
  return fd;
}

function put(name: string, content = name): void {
  writeFileSync(join(folder, name), content);
}

describe('times', () => {
  test('of a path are kept to the nanosecond', () => {
    put('a');
    const [atim, mtim] = [1_234_567_890_123_456_789n, 987_654_321_987_654_321n];
    expect(files.setTimes(DIR, 'a', atim, mtim, 1 | 4)).toBe('SUCCESS');
    expect(files.stat(DIR, 'a')).toMatchObject({ atim, mtim });
  });

  test('of an open file are kept to the nanosecond', () => {
    put('a');
    const fd = opened('a', { rights: ALL_RIGHTS & ~Right.READDIR });
    expect(files.call('fd_filestat_set_times', fd, 7n, 1_000_000_001n, 1 | 4)).toBe('SUCCESS');
    expect(files.fileStat(fd)).toMatchObject({ atim: 7n, mtim: 1_000_000_001n });
  });

  test('that are not named stay, and now is now', () => {
    put('a');
    files.setTimes(DIR, 'a', 5n, 6n, 1 | 4);
    expect(files.setTimes(DIR, 'a', 9n, 9n, 2)).toBe('SUCCESS');
    const stat = statSync(join(folder, 'a'), { bigint: true });
    expect(stat.mtimeNs).toBe(6n);
    expect(stat.atimeNs).toBeGreaterThan(1_600_000_000_000_000_000n);
  });

  test.each([1 | 2, 4 | 8, 16])('flags that contradict or are unknown: %i', (flags) => {
    put('a');
    expect(files.setTimes(DIR, 'a', 0n, 0n, flags)).toBe('INVAL');
  });

  test('of a link are its own without follow', () => {
    put('a');
    symlinkSync('a', join(folder, 'link'));
    expect(files.setTimes(DIR, 'link', 0n, 42n, 4, false)).toBe('SUCCESS');
    expect(files.stat(DIR, 'link', false)).toMatchObject({ mtim: 42n, type: FileType.SYMLINK });
    expect(files.stat(DIR, 'a')).not.toMatchObject({ mtim: 42n });
  });
});

describe('reading a directory', () => {
  test('tells . and .., which shows nothing of what lies above', () => {
    const entries = files.readdir(DIR);
    expect(entries.map(({ name }) => name).sort()).toEqual(['.', '..']);
    const own = (files.stat(DIR, '.') as { ino: bigint }).ino;
    expect(entries.map(({ ino }) => ino)).toEqual([own, own]);
    expect(entries.map(({ type }) => type)).toEqual([FileType.DIRECTORY, FileType.DIRECTORY]);
  });

  test.each([24, 25, 40, 100, 4096])('a buffer of %i bytes gives each entry once', (room) => {
    const names = Array.from({ length: 40 }, (_, i) => `${i}`.padStart(1 + (i % 13), '-'));
    for (const name of names) put(name);
    // A name must fit as a whole for the caller to go on behind it.
    if (room < 24 + 13) {
      expect(files.call('fd_readdir', DIR, at.data, room, 0n, at.result)).toBe('SUCCESS');
      expect(f.u32(at.result)).toBe(room);
      return;
    }
    const told = files.readdir(DIR, room).map(({ name }) => name);
    expect(told.sort()).toEqual(['.', '..', ...names].sort());
  });

  test('tells types and the numbers that stat tells', () => {
    put('file');
    mkdirSync(join(folder, 'sub'));
    symlinkSync('file', join(folder, 'link'));
    const types = new Map(files.readdir(DIR).map(({ name, type, ino }) => [name, { type, ino }]));
    for (const [name, type] of [
      ['file', FileType.FILE],
      ['sub', FileType.DIRECTORY],
      ['link', FileType.SYMLINK],
    ] as const) {
      const { ino } = files.stat(DIR, name, false) as { ino: bigint };
      expect(types.get(name)).toEqual({ type, ino });
    }
  });

  test('goes on from a cookie when entries before it are gone', () => {
    for (let i = 0; i < 20; i++) put(`f${i}`);
    const entries = files.readdir(DIR);
    const [left, right] = [entries.slice(0, 10), entries.slice(10)];
    for (const { name } of left) if (name.startsWith('f')) files.unlink(DIR, name);
    const { next } = left.at(-1) as { next: bigint };
    files.call('fd_readdir', DIR, at.data, 4096, next, at.result);
    const text = f.bytes(at.data, f.u32(at.result)).toString('latin1');
    for (const { name } of right) expect(text).toContain(name);
  });
});

describe('links', () => {
  test('are not followed where the call says so, to a file or a directory or nothing', () => {
    put('file');
    mkdirSync(join(folder, 'sub'));
    for (const target of ['file', 'sub', 'nothing']) {
      symlinkSync(target, join(folder, `to-${target}`));
      expect(files.open(DIR, `to-${target}`, { follow: false })).toBe('LOOP');
      expect(files.open(DIR, `to-${target}`, { follow: false, oflags: OFlags.DIRECTORY })).toBe(
        'NOTDIR',
      );
    }
    expect(files.open(DIR, 'to-file')).toBeTypeOf('number');
    expect(files.open(DIR, 'to-sub')).toBeTypeOf('number');
    expect(files.open(DIR, 'to-nothing')).toBe('NOENT');
    expect(files.open(DIR, 'to-file', { oflags: OFlags.DIRECTORY })).toBe('NOTDIR');
  });

  test('to themselves are a loop, and forty are too many', () => {
    symlinkSync('self', join(folder, 'self'));
    expect(files.open(DIR, 'self')).toBe('LOOP');
    put('end');
    for (let i = 0; i < 41; i++) symlinkSync(i === 0 ? 'end' : `l${i - 1}`, join(folder, `l${i}`));
    expect(files.open(DIR, 'l39')).toBeTypeOf('number');
    expect(files.open(DIR, 'l40')).toBe('LOOP');
  });

  test('that dangle can be created through', () => {
    symlinkSync('made', join(folder, 'link'));
    expect(files.open(DIR, 'link', { oflags: OFlags.CREAT, rights: READ_WRITE })).toBeTypeOf(
      'number',
    );
    expect(statSync(join(folder, 'made')).size).toBe(0);
    expect(files.open(DIR, 'link', { oflags: OFlags.CREAT | OFlags.EXCL })).toBe('EXIST');
  });

  test('are read as far as the buffer goes', () => {
    symlinkSync('a-long-target', join(folder, 'link'));
    expect(files.readlink(DIR, 'link')).toBe('a-long-target');
    expect(files.readlink(DIR, 'link', 6)).toBe('a-long');
    expect(files.readlink(DIR, 'link', 0)).toBe('');
  });
});

describe('paths', () => {
  test.each(['file\0', 'file\0more', '\0'])('with a NUL inside name nothing: %j', (path) => {
    put('file');
    expect(files.open(DIR, path)).toBe('INVAL');
    expect(files.stat(DIR, path)).toBe('INVAL');
    expect(files.unlink(DIR, path)).toBe('INVAL');
    expect(files.symlink('file', DIR, path)).toBe('INVAL');
    expect(files.symlink(path, DIR, 'link')).toBe('INVAL');
  });

  test('with a slash at the end name directories alone', () => {
    put('file');
    mkdirSync(join(folder, 'sub'));
    symlinkSync('sub', join(folder, 'to-sub'));
    symlinkSync('file', join(folder, 'to-file'));
    for (const path of ['file/', 'file///', 'to-file/', 'file/.']) {
      expect([path, files.open(DIR, path)]).toEqual([path, 'NOTDIR']);
      expect([path, files.stat(DIR, path, false)]).toEqual([path, 'NOTDIR']);
    }
    for (const path of ['sub/', 'to-sub//', 'to-sub/.', './/sub/./']) {
      expect(files.open(DIR, path, { follow: false })).toBeTypeOf('number');
      expect(files.stat(DIR, path, false)).toMatchObject({ type: FileType.DIRECTORY });
    }
    expect(files.open(DIR, 'new/', { oflags: OFlags.CREAT, rights: READ_WRITE })).toBe('ISDIR');
    expect(files.mkdir(DIR, 'new/')).toBe('SUCCESS');
    expect(files.unlink(DIR, 'file/')).toBe('NOTDIR');
    expect(files.rmdir(DIR, 'to-sub/')).toBe('NOTDIR');
    expect(files.rmdir(DIR, 'new/')).toBe('SUCCESS');
  });

  test('that are empty or too long', () => {
    expect(files.open(DIR, '')).toBe('NOENT');
    expect(files.open(DIR, 'n'.repeat(256))).toBe('NAMETOOLONG');
    expect(files.call('path_open', DIR, 1, at.data, 5000, 0, 0n, 0n, 0, at.result)).toBe(
      'NAMETOOLONG',
    );
  });

  test('of any bytes, as Linux has them, come back as they were', () => {
    const name = Buffer.from([0x66, 0xff, 0xfe]);
    expect(files.open(DIR, name, { oflags: OFlags.CREAT, rights: READ_WRITE })).toBeTypeOf(
      'number',
    );
    files.call('fd_readdir', DIR, at.data, 4096, 0n, at.result);
    expect(f.bytes(at.data, f.u32(at.result)).includes(name)).toBe(true);
    expect(files.open(DIR, name)).toBeTypeOf('number');
  });

  test('may go up and down inside', () => {
    mkdirSync(join(folder, 'a/b'), { recursive: true });
    put('a/b/file');
    symlinkSync('../b/../../a', join(folder, 'a/b/round'));
    expect(files.open(DIR, 'a/b/round/../a/./b/file')).toBeTypeOf('number');
    expect(files.open(DIR, 'a/nothing/../b/file')).toBe('NOENT');
    expect(files.open(DIR, 'a/b/file/../file')).toBe('NOTDIR');
  });
});

describe('flags and rights', () => {
  test('APPEND and SYNC are told as they were asked for, and appending can be changed', () => {
    const fd = opened('log', {
      oflags: OFlags.CREAT,
      rights: READ_WRITE,
      fdflags: FdFlags.APPEND | FdFlags.SYNC,
    });
    expect(files.fdstat(fd).flags).toBe(FdFlags.APPEND | FdFlags.SYNC);
    expect(files.call('fd_fdstat_set_flags', fd, FdFlags.SYNC)).toBe('SUCCESS');
    expect(files.fdstat(fd).flags).toBe(FdFlags.SYNC);
    expect(files.call('fd_fdstat_set_flags', fd, 0)).toBe('NOTSUP');
    expect(files.call('fd_fdstat_set_flags', fd, 32)).toBe('INVAL');
  });

  test('a directory has no flags, and no rights on contents', () => {
    const { type, flags, rights, inheriting } = files.fdstat(DIR);
    expect([type, flags, inheriting]).toEqual([FileType.DIRECTORY, 0, ALL_RIGHTS]);
    expect(rights & (Right.READ | Right.WRITE | Right.SEEK | (1n << 22n))).toBe(0n);
    f.iovec(10);
    expect(files.read(DIR)).toBe('!ISDIR');
    expect(files.write(DIR, 'x')).toBe('ISDIR');
    expect(files.call('fd_seek', DIR, 0n, 1, at.result)).toBe('ISDIR');
  });

  test('what the directory may not hand on cannot be opened', () => {
    put('file', 'text');
    expect(
      files.call('fd_fdstat_set_rights', DIR, ALL_RIGHTS & files.fdstat(DIR).rights, Right.READ),
    ).toBe('SUCCESS');
    expect(files.open(DIR, 'file', { rights: Right.WRITE })).toBe('NOTCAPABLE');
    const fd = opened('file', { rights: Right.READ });
    expect(files.read(fd)).toBe('text');
    expect(files.write(fd, 'x')).toBe('NOTCAPABLE');
    expect(files.call('fd_filestat_set_size', fd, 0n)).toBe('NOTCAPABLE');
  });

  test('truncating takes the right to set sizes', () => {
    put('file', 'text');
    const { rights, inheriting } = files.fdstat(DIR);
    expect(files.call('fd_fdstat_set_rights', DIR, rights & ~(1n << 19n), inheriting)).toBe(
      'SUCCESS',
    );
    expect(files.open(DIR, 'file', { oflags: OFlags.TRUNC })).toBe('NOTCAPABLE');
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('text');
  });

  test('rights once dropped do not come back', () => {
    put('file');
    const fd = opened('file', { rights: READ_WRITE });
    expect(files.call('fd_fdstat_set_rights', fd, Right.READ, 0n)).toBe('SUCCESS');
    expect(files.call('fd_fdstat_set_rights', fd, READ_WRITE, 0n)).toBe('NOTCAPABLE');
  });
});

describe('a preopened directory', () => {
  test('whose name does not fit is NAMETOOLONG, and a larger buffer is fine', () => {
    expect(files.call('fd_prestat_dir_name', DIR, at.data, 4)).toBe('NAMETOOLONG');
    expect(files.call('fd_prestat_dir_name', DIR, at.data, 100)).toBe('SUCCESS');
    expect(f.bytes(at.data, 5).toString()).toBe('/data');
  });

  test('can be closed, and its number be used again', () => {
    expect(files.call('fd_close', DIR)).toBe('SUCCESS');
    expect(files.call('fd_prestat_get', DIR, at.record)).toBe('BADF');
    expect(files.open(DIR, 'x')).toBe('BADF');
  });

  test('that is renumbered takes its name along', () => {
    put('file');
    const fd = opened('file');
    expect(files.call('fd_renumber', DIR, fd)).toBe('SUCCESS');
    expect(files.call('fd_prestat_get', fd, at.record)).toBe('SUCCESS');
    expect(files.open(fd, 'file')).toBe(DIR);
  });
});

describe('contents', () => {
  test('pread and pwrite leave the position, and several buffers are one transfer', () => {
    const fd = opened('file', { oflags: OFlags.CREAT, rights: READ_WRITE });
    files.write(fd, '0123456789');
    f.bytes(at.iovs, 16).set(
      new Uint8Array(new Uint32Array([at.data, 3, at.data + 100, 4]).buffer),
    );
    expect(files.call('fd_pread', fd, at.iovs, 2, 2n, at.result)).toBe('SUCCESS');
    expect(f.u32(at.result)).toBe(7);
    expect(f.bytes(at.data, 3).toString() + f.bytes(at.data + 100, 4).toString()).toBe('2345678');
    expect(files.call('fd_tell', fd, at.result)).toBe('SUCCESS');
    expect(f.u32(at.result)).toBe(10);
    expect(files.call('fd_seek', fd, -4n, 2, at.result)).toBe('SUCCESS');
    expect(files.read(fd)).toBe('6789');
    expect(files.read(fd)).toBe('');
    expect(files.call('fd_seek', fd, -1n, 0, at.result)).toBe('INVAL');
    expect(files.call('fd_pread', fd, at.iovs, 2, -1n, at.result)).toBe('INVAL');
  });

  test('allocate, advise, set_size, sync', () => {
    const fd = opened('file', { oflags: OFlags.CREAT, rights: ALL_RIGHTS & ~Right.READDIR });
    expect(files.call('fd_allocate', fd, 10n, 90n)).toBe('SUCCESS');
    expect(files.fileStat(fd)).toMatchObject({ size: 100n });
    expect(files.call('fd_allocate', fd, 0n, 0n)).toBe('INVAL');
    expect(files.call('fd_filestat_set_size', fd, 7n)).toBe('SUCCESS');
    expect(files.fileStat(fd)).toMatchObject({ size: 7n });
    expect(files.call('fd_advise', fd, 0n, 0n, 3)).toBe('SUCCESS');
    expect(files.call('fd_advise', fd, 0n, 0n, 6)).toBe('INVAL');
    expect(files.call('fd_sync', fd)).toBe('SUCCESS');
    expect(files.call('fd_datasync', fd)).toBe('SUCCESS');
    expect(files.call('fd_sync', DIR)).toBe('SUCCESS');
  });
});
