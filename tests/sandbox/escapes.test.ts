// SPDX-License-Identifier: MIT
// A guest that tries to get out of its directories, by every function that takes a path, on every base
// WASI. The host must answer an errno, and nothing outside may change or be read.

import { mkdirSync, readlinkSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bases } from '../support/bases.ts';
import { type FileCalls, fileCalls, OFlags, Right } from '../unit/host/files.ts';
import { at, type Fixture, fixture } from '../unit/host/fixture.ts';
import { ESCAPES, SECRET, SYSTEM_ESCAPES, Tree } from './tree.ts';

const [DIR, SECOND] = [3, 4];
/** Ways to lead to a path from elsewhere, and to write its end. */
const BEFORE = ['', './', 'nested/../', 'link-nested/deep/../../'];
const BEHIND = ['', '/', '/.', '\0'];

function spellings(path: string): string[] {
  // With something before it, an absolute path is none any more.
  const before = path.startsWith('/') ? [''] : BEFORE;
  return before.flatMap((start) => BEHIND.map((end) => start + path + end));
}

const REFUSED = ['NOTCAPABLE', 'INVAL', 'NOENT', 'NOTDIR', 'LOOP', 'ISDIR', 'EXIST', 'BUSY'];

let tree: Tree;
let f: Fixture;
let files: FileCalls;

function start(wasi: string): void {
  f = fixture({
    listen: [],
    dirs: [
      { host: tree.granted, guest: '/' },
      { host: tree.second, guest: '/second' },
    ],
    wasi,
  });
  files = fileCalls(f);
}

beforeEach(() => {
  tree = new Tree();
});
afterEach(() => {
  f.host.close();
  tree.remove();
});

/** The answers of calls that change nothing. */
function reading(path: string): Record<string, unknown> {
  return {
    open: files.open(DIR, path),
    directory: files.open(DIR, path, { oflags: OFlags.DIRECTORY, rights: Right.READDIR }),
    'directory without follow': files.open(DIR, `${path}/.`, { follow: false }),
    stat: files.stat(DIR, path),
    readlink: files.readlink(DIR, `${path}/granted/link-up`).replace('!', ''),
  };
}

/** The answers of calls that would change what the path leads to. */
function writing(path: string): Record<string, unknown> {
  const answers: Record<string, unknown> = {};
  for (const follow of [true, false]) {
    const rights = Right.READ | Right.WRITE;
    answers[`create ${follow}`] = files.open(DIR, path, { follow, oflags: OFlags.CREAT, rights });
    answers[`truncate ${follow}`] = files.open(DIR, `${path}${follow ? '' : '/.'}`, {
      follow,
      oflags: OFlags.TRUNC,
      rights: Right.WRITE,
    });
  }
  return {
    ...answers,
    times: files.setTimes(DIR, path, 1n, 1n, 1 | 4),
    link: files.link(DIR, path, DIR, 'stolen', true),
    linkTo: files.link(DIR, 'file', DIR, `${path}/made`),
    mkdir: files.mkdir(DIR, `${path}/made`),
    rename: files.rename(DIR, 'file', DIR, `${path}/made`),
    symlink: files.symlink('file', DIR, `${path}/made`),
    unlink: files.unlink(DIR, `${path}/secret`),
    rmdir: files.rmdir(DIR, `${path}/outside`),
    renameFrom: files.rename(DIR, `${path}/secret`, SECOND, 'stolen'),
  };
}

describe.each(bases())('on the base $name', ({ name, enter, missing }) => {
  beforeEach((context) => {
    context.skip(missing !== undefined, missing);
    const leave = enter();
    start(name);
    leave();
  });

  test.each(ESCAPES)('%j leads nowhere', (out) => {
    for (const path of spellings(out)) {
      const answers = { ...reading(path), ...writing(path) };
      for (const [call, answer] of Object.entries(answers)) {
        expect(REFUSED, `${call} of ${path}: ${JSON.stringify(String(answer))}`).toContain(answer);
      }
    }
    expect(tree.untouched).toBe(true);
  });

  test.each(SYSTEM_ESCAPES)('%j cannot be read', (out) => {
    for (const path of spellings(out)) {
      for (const [call, answer] of Object.entries(reading(path))) {
        expect(REFUSED, `${call} of ${path}: ${JSON.stringify(String(answer))}`).toContain(answer);
      }
    }
  });

  test('what is inside can be reached by the same spellings', () => {
    for (const path of ['file', 'link-inside', 'link-nested/deep/file', 'nested/../file']) {
      for (const start of BEFORE) {
        const fd = files.open(DIR, start + path);
        expect(files.read(fd as number)).toBe('granted');
        files.call('fd_close', fd as number);
      }
    }
  });

  test('an open directory is a root of its own: nothing above it, and nothing beside', () => {
    const rights = { oflags: OFlags.DIRECTORY, rights: 1n << 13n, inheriting: Right.READ };
    const deep = files.open(DIR, 'nested/deep', rights) as number;
    for (const path of ['..', '../../file', 'link-far', '../deep/file', '/file']) {
      expect(files.open(deep, path, { rights: Right.READ })).toBe('NOTCAPABLE');
    }
    expect(files.read(files.open(deep, 'file', { rights: Right.READ }) as number)).toBe('granted');
  });

  test('a link that was harmless where it was made leads nowhere where it is moved', () => {
    expect(files.symlink('../../secret', DIR, 'nested/deep/moved')).toBe('SUCCESS');
    expect(files.open(DIR, 'nested/deep/moved')).toBe('NOENT');
    expect(files.rename(DIR, 'nested/deep/moved', DIR, 'moved')).toBe('SUCCESS');
    expect(files.open(DIR, 'moved')).toBe('NOTCAPABLE');
    expect(files.rename(DIR, 'nested/link-far', SECOND, 'moved')).toBe('SUCCESS');
    expect(files.open(SECOND, 'moved')).toBe('NOTCAPABLE');
    expect(files.link(DIR, 'link-secret', SECOND, 'linked')).toBe('SUCCESS');
    expect(files.open(SECOND, 'linked')).toBe('NOTCAPABLE');
  });

  test('an absolute link cannot be made, and one that leads out is not followed', () => {
    for (const target of ['/etc/passwd', '/', join(tree.root, 'secret'), '//x']) {
      expect(files.symlink(target, DIR, 'made')).toBe('NOTCAPABLE');
    }
    expect(files.symlink('../secret', DIR, 'made')).toBe('SUCCESS');
    expect(files.open(DIR, 'made')).toBe('NOTCAPABLE');
    expect(readlinkSync(join(tree.granted, 'made'))).toBe('../secret');
  });

  test('a directory that is moved takes those who are in it along, not up', () => {
    const rights = { oflags: OFlags.DIRECTORY, rights: 1n << 13n, inheriting: Right.READ };
    const deep = files.open(DIR, 'nested/deep', rights) as number;
    expect(files.rename(DIR, 'nested/deep', SECOND, 'deep')).toBe('SUCCESS');
    expect(files.open(deep, '../../secret', { rights: Right.READ })).toBe('NOTCAPABLE');
    expect(files.read(files.open(deep, 'file', { rights: Right.READ }) as number)).toBe('granted');
  });

  test('a dangling link out of the directory makes nothing outside', () => {
    for (const oflags of [OFlags.CREAT, OFlags.CREAT | OFlags.TRUNC, OFlags.CREAT | OFlags.EXCL]) {
      const answer = files.open(DIR, 'link-dangling', { oflags, rights: Right.WRITE });
      expect(['NOTCAPABLE', 'EXIST']).toContain(answer);
    }
    expect(statSync(join(tree.root, 'made-by-guest'), { throwIfNoEntry: false })).toBeUndefined();
  });

  test('descriptors that were not given are not there', () => {
    f.iovec(16);
    for (const fd of [5, 6, 7, 20, 1000, -1, 0x7fffffff]) {
      expect(files.call('fd_read', fd, at.iovs, 1, at.result)).toBe('BADF');
      expect(files.call('fd_filestat_get', fd, at.record)).toBe('BADF');
      expect(files.open(fd, 'secret')).toBe('BADF');
    }
  });

  test('no stream, and no file, is a directory to start from', () => {
    const file = files.open(DIR, 'file') as number;
    for (const fd of [0, 1, 2, file]) {
      expect(files.open(fd, '../secret')).toBe('NOTDIR');
      expect(files.rename(DIR, 'file', fd, 'file')).toBe('NOTDIR');
      expect(files.link(fd, 'file', DIR, 'linked')).toBe('NOTDIR');
    }
  });

  test('neither our environment nor our arguments are the guest’s', () => {
    for (const of of ['environ', 'args']) {
      expect(files.call(`${of}_sizes_get`, at.result, at.result + 4)).toBe('SUCCESS');
      expect(f.u32(at.result)).toBe(of === 'args' ? 1 : 0);
    }
  });
});

describe('on the default base', () => {
  test('a hard link into the directory is granted with it', () => {
    tree.addHardLink('hard');
    start('node');
    expect(files.read(files.open(DIR, 'hard') as number)).toBe(SECRET);
  });

  test('a link to another granted directory is one out of this one', () => {
    symlinkSync('../second', join(tree.granted, 'link-second'));
    start('node');
    expect(files.open(DIR, 'link-second')).toBe('NOTCAPABLE');
  });

  test('the magic links of /proc are not followed where /proc itself is granted', () => {
    f = fixture({ listen: [], dirs: [{ host: '/proc/self', guest: '/' }] });
    files = fileCalls(f);
    for (const path of ['root', 'root/etc/passwd', 'cwd', 'cwd/package.json', 'exe']) {
      expect(files.open(DIR, path)).toBe('NOTCAPABLE');
    }
    for (const fd of [0, 1, 2, 3]) {
      expect(['NOTCAPABLE', 'NOENT']).toContain(files.open(DIR, `fd/${fd}`));
    }
    expect(files.open(DIR, 'status')).toBeTypeOf('number');
  });

  test('the virtual /dev leads nowhere either', () => {
    f = fixture({ dirs: [{ host: tree.granted, guest: '/' }] });
    files = fileCalls(f);
    for (const path of ['null', '../secret', 'fd/../../secret', '/dev/null', 'fd/4/file', 'zero']) {
      expect(files.open(5, path)).toBe('NOENT');
    }
    expect(files.rename(4, 'file', 5, 'file')).toBe('ROFS');
  });

  test('a very deep directory opens no more descriptors than a shallow one', () => {
    const deep = Array(500).fill('d').join('/');
    mkdirSync(join(tree.granted, deep), { recursive: true });
    start('node');
    expect(files.open(DIR, `${deep}/${Array(500).fill('..').join('/')}/file`)).toBeTypeOf('number');
    expect(files.open(DIR, `${deep}/${Array(501).fill('..').join('/')}/secret`)).toBe('NOTCAPABLE');
  });
});
