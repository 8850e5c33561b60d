// SPDX-License-Identifier: MIT
// Files and directories of a component, by the same calls and with the same answers as on pollux itself.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Errno } from '../../host/wasi/errno.ts';
import { missing } from '../support/server.ts';
import { testGuest } from '../unit/guest/guests.ts';
import { COMPONENTS, isJco, linesOf } from './runtimes.ts';

const ALL = 0xfffffff;
const [READ, WRITE] = [2, 64];
const [CREATE, DIRECTORY, EXCLUSIVE, TRUNCATE] = [1, 2, 4, 8];
const APPEND = 1;
const NO_FOLLOW = 0;
const [SET, FROM_HERE, FROM_END] = [0, 1, 2];
const ROOT = 3;

let module: string;
let folder: string;
beforeAll(async () => {
  module = await testGuest('file-calls');
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pollux-files-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const error = (name: keyof typeof Errno) => String(Errno[name]);

/** Bytes of the pattern that the guest fills files with, and how it shows them. */
const pattern = (from: number, to: number) =>
  Buffer.from(
    Array.from({ length: to - from }, (_, i) => 33 + (((i + from) * 7 + ((i + from) >> 8)) % 90)),
  );
function shown(from: number, to: number): string {
  const bytes = pattern(from, to);
  if (bytes.length <= 64) return `0 "${bytes}"`;
  const sum = bytes.reduce((all, byte) => (Math.imul(all, 31) + byte) >>> 0, 0);
  return `0 ${bytes.length} bytes ${sum}`;
}

describe.each(['node', ...COMPONENTS])('%s', (runtime) => {
  const why = missing(runtime);
  const it = (name: string, body: () => Promise<void>) =>
    test.skipIf(why !== undefined && process.env.CI !== 'true')(
      why === undefined ? name : `${name} (${why})`,
      body,
    );
  const isNode = runtime === 'node';
  /** What leads out of a directory: a host of WASI calls it not permitted. */
  const OUTSIDE = isNode ? error('NOTCAPABLE') : error('PERM');

  /** Makes calls one after the other on the folder, which is fd 3; expects what is told behind each. */
  async function expectCalls(calls: readonly (readonly [string, string | RegExp])[]) {
    const args = calls.map(([call]) => call);
    const lines = await linesOf(runtime, {
      module,
      args,
      dirs: [{ host: folder, guest: '/data' }],
    });
    const told = args.map((call, i) => `${call}: ${lines[i]}`);
    expect(told).toEqual(
      calls.map(([call, expected]) =>
        typeof expected === 'string'
          ? `${call}: ${expected}`
          : expect.stringMatching(new RegExp(`: ${expected.source}$`)),
      ),
    );
  }

  it('reads, writes and seeks, at a place that each descriptor has of its own', async () => {
    writeFileSync(join(folder, 'text'), 'hello world');
    await expectCalls([
      [`open ${ROOT} text 0 ${ALL}`, '0 fd 4'],
      [`open ${ROOT} text 0 ${READ}`, '0 fd 5'],
      ['read 4 2,3', '0 "hello"'],
      ['read 5 4', '0 "hell"'],
      ['tell 4', '0 5'],
      ['poll 4', '0 0 6'],
      ['read 4 100', '0 " world"'],
      ['read 4 100', '0 ""'],
      ['poll 4', '0 0 0'],
      [`seek 4 -5 ${FROM_END}`, '0 6'],
      ['write 4 WORLDS', '0 6'],
      [`seek 4 -1 ${FROM_HERE}`, '0 11'],
      [`seek 4 -1 ${SET}`, error('INVAL')],
      [`seek 4 -12 ${FROM_HERE}`, error('INVAL')],
      ['seek 4 0 3', error('INVAL')],
      ['write 4 far 20', '0 3'],
      ['tell 4', '0 11'],
      ['fstat 4', /0 type 4 links 1 size 23 .*/],
      ['size 4 8', '0'],
      ['write 5 x', error(isNode ? 'NOTCAPABLE' : 'BADF')],
    ]);
    expect(readFileSync(join(folder, 'text'), 'utf8')).toBe('hello WO');
  });

  it('moves more bytes than a host takes at once, and none beside the guest’s buffers', async () => {
    await expectCalls([
      [`open ${ROOT} large ${CREATE} ${ALL}`, '0 fd 4'],
      ['fill 4 100000', '0 100000'],
      [`seek 4 5 ${SET}`, '0 5'],
      ['read 4 1000,50000,60000', shown(5, 100000)],
      [`seek 4 0 ${SET}`, '0 0'],
      ['read-low 0 4 9,500', shown(0, 509)],
      ['read-low 1 4 7', shown(509, 516)],
      ['read-low 12 4 5', shown(516, 521)],
      ['read-low 16 4 8', shown(521, 529)],
    ]);
    expect(readFileSync(join(folder, 'large'))).toEqual(pattern(0, 100000));
  });

  it('appends to what others have appended', async () => {
    await expectCalls([
      [`open ${ROOT} log ${CREATE} ${WRITE} ${APPEND}`, '0 fd 4'],
      [`open ${ROOT} log 0 ${READ | WRITE} ${APPEND}`, '0 fd 5'],
      ['write 4 one-', '0 4'],
      ['write 5 two-', '0 4'],
      ['write 4 three-', '0 6'],
      ['fdstat 5', '0 type 4 flags 1'],
      ['fill 5 5000', '0 5000'],
    ]);
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe(`one-two-three-${pattern(0, 5000)}`);
  });

  it('changes to appending and back', async () => {
    await expectCalls([
      [`open ${ROOT} log ${CREATE} ${ALL}`, '0 fd 4'],
      ['write 4 0123456789', '0 10'],
      [`flags 4 ${APPEND}`, '0'],
      [`seek 4 0 ${SET}`, '0 0'],
      ['write 4 ab', '0 2'],
      ['tell 4', '0 12'],
      ['flags 4 0', '0'],
      [`seek 4 0 ${SET}`, '0 0'],
      ['write 4 cd', '0 2'],
      ['flags 4 16', error('NOTSUP')],
      ['flags 4 32', error('INVAL')],
    ]);
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('cd23456789ab');
  });

  it('tells each entry of a directory once, also while they are removed', async () => {
    mkdirSync(join(folder, 'many'));
    const names = Array.from({ length: 60 }, (_, i) => `${i}-${'name'.repeat(i % 9)}`);
    for (const name of names) writeFileSync(join(folder, 'many', name), '');
    mkdirSync(join(folder, 'many', 'folder'));
    const calls = [
      `open ${ROOT} many ${DIRECTORY} ${ALL & ~WRITE & ~(1 << 8) & ~(1 << 22)}`,
      'readdir 4 4096',
      'readdir 4 100',
      'readdir 4 100 remove',
      'readdir 4 61',
    ];
    const lines = await linesOf(runtime, {
      module,
      args: calls,
      dirs: [{ host: folder, guest: '/data' }],
    });
    const entries = (line = '') => line.slice(2).split(' ').sort();
    const all = [...names.map((name) => `${name}:4`), '.:3', '..:3', 'folder:3'].sort();
    expect(entries(lines[1])).toEqual(all);
    expect(entries(lines[2])).toEqual(all);
    expect(entries(lines[3])).toEqual(all);
    expect(entries(lines[4])).toEqual(['.:3', '..:3', 'folder:3'].sort());
  });

  it('lists the directory that it was given, from its beginning each time', async () => {
    await expectCalls([
      [`readdir ${ROOT} 200`, /0( \.{1,2}:3){2}/],
      [`open ${ROOT} new ${CREATE} ${WRITE}`, '0 fd 4'],
      [`readdir ${ROOT} 200`, /0( (\.|\.\.|new):[34]){3}/],
      ['readdir 4 200', error('NOTDIR')],
      ['readdir 0 200', error('NOTDIR')],
      ['readdir 9 200', error('BADF')],
    ]);
  });

  it('keeps every path beneath its directory', async () => {
    await expectCalls([
      ['mkdir 3 inner', '0'],
      [`open ${ROOT} /inner 0 0`, OUTSIDE],
      [`open ${ROOT} ../x 0 0`, OUTSIDE],
      [`open ${ROOT} inner/../../x ${CREATE} ${WRITE}`, OUTSIDE],
      [`symlink ../x ${ROOT} up`, '0'],
      [`open ${ROOT} up ${CREATE} ${WRITE}`, OUTSIDE],
      [`stat ${ROOT} up`, OUTSIDE],
      [`symlink /etc/passwd ${ROOT} absolute`, OUTSIDE],
      [`rename ${ROOT} inner ${ROOT} ../x`, OUTSIDE],
      [`open ${ROOT} inner/./../inner/ 0 0`, '0 fd 4'],
      ['open 4 .. 0 0', OUTSIDE],
    ]);
  });

  it('takes paths of UTF-8, without NUL, as long as the host has them', async () => {
    const long = 'x'.repeat(255);
    await expectCalls([
      [`open ${ROOT} %c3%a4%e2%82%ac%f0%9f%8e%89 ${CREATE} ${WRITE}`, '0 fd 4'],
      [`open ${ROOT} text%00 0 0`, error('INVAL')],
      [`open ${ROOT} %ff 0 0`, error(isNode ? 'NOENT' : 'ILSEQ')],
      [`open ${ROOT} %c3 0 0`, error(isNode ? 'NOENT' : 'ILSEQ')],
      [`open ${ROOT} %c0%80 0 0`, error(isNode ? 'NOENT' : 'ILSEQ')],
      [`open ${ROOT} %ed%a0%80 0 0`, error(isNode ? 'NOENT' : 'ILSEQ')],
      [`open ${ROOT} %f4%90%80%80 0 0`, error(isNode ? 'NOENT' : 'ILSEQ')],
      [`open ${ROOT} ${long} ${CREATE} ${WRITE}`, '0 fd 5'],
      [`open ${ROOT} ${long}x 0 0`, error('NAMETOOLONG')],
      [`open ${ROOT} ${'a/'.repeat(2100)} 0 0`, error('NAMETOOLONG')],
    ]);
    expect(existsSync(join(folder, 'ä€🎉'))).toBe(true);
  });

  it('opens as its flags say', async () => {
    mkdirSync(join(folder, 'folder'));
    writeFileSync(join(folder, 'file'), 'content');
    const open = (rest: string) => `open ${ROOT} ${rest}`;
    await expectCalls([
      [open(`file ${CREATE | EXCLUSIVE} ${WRITE}`), error('EXIST')],
      [open(`file ${DIRECTORY} 0`), error('NOTDIR')],
      [open('file/ 0 0'), error('NOTDIR')],
      [open(`folder 0 ${WRITE}`), error('ISDIR')],
      [open('folder/ 0 0'), '0 fd 4'],
      ['fdstat 4', '0 type 3 flags 0'],
      [open('gone 0 0'), error('NOENT')],
      [open(`gone ${DIRECTORY} 0`), error('NOENT')],
      [open('file 16 0'), error('INVAL')],
      [open('file 0 0 32'), error('INVAL')],
      [`symlink file ${ROOT} link`, '0'],
      [open(`link 0 ${READ} 0 ${NO_FOLLOW}`), error('LOOP')],
      [open(`link 0 ${READ}`), '0 fd 5'],
      ['read 5 100', '0 "content"'],
      [open(`file ${TRUNCATE} ${ALL}`), '0 fd 6'],
      ['fstat 6', /0 type 4 links 1 size 0 .*/],
      ['open 6 x 0 0', error('NOTDIR')],
      ['open 0 x 0 0', error('NOTDIR')],
      ['open 9 x 0 0', error('BADF')],
    ]);
  });

  it('makes links, moves and removes', async () => {
    await expectCalls([
      [`mkdir ${ROOT} a`, '0'],
      [`mkdir ${ROOT} a`, error('EXIST')],
      [`open ${ROOT} a/file ${CREATE} ${ALL}`, '0 fd 4'],
      ['write 4 12345', '0 5'],
      [`link ${ROOT} a/file ${ROOT} second`, '0'],
      [`stat ${ROOT} second`, /0 type 4 links 2 size 5 .*/],
      [`symlink a/file ${ROOT} soft`, '0'],
      [`lstat ${ROOT} soft`, /0 type 7 links 1 size 6 .*/],
      [`stat ${ROOT} soft`, /0 type 4 links 2 size 5 .*/],
      [`readlink ${ROOT} soft 100`, '0 "a/file"'],
      [`readlink ${ROOT} soft 3`, '0 "a/f"'],
      [`readlink ${ROOT} second 3`, error('INVAL')],
      [`rename ${ROOT} second ${ROOT} a/third`, '0'],
      [`stat ${ROOT} second`, error('NOENT')],
      [`rmdir ${ROOT} a`, error('NOTEMPTY')],
      [`rmdir ${ROOT} soft`, error('NOTDIR')],
      [`unlink ${ROOT} a`, error('ISDIR')],
      [`unlink ${ROOT} soft`, '0'],
      [`unlink ${ROOT} a/file`, '0'],
      [`unlink ${ROOT} a/third`, '0'],
      ['fstat 4', /0 type 4 links 0 size 5 .*/],
      [`rmdir ${ROOT} a`, '0'],
      [`readdir ${ROOT} 200`, /0( \.{1,2}:3){2}/],
    ]);
  });

  // Those of jco are in milliseconds, and wrong where they are set by a descriptor.
  if (!isJco(runtime)) {
    it('sets times to the nanosecond', async () => {
      await expectCalls([
        [`open ${ROOT} file ${CREATE} ${ALL}`, '0 fd 4'],
        ['ftimes 4 1000000001 2000000002 5', '0'],
        ['fstat 4', '0 type 4 links 1 size 0 times 1000000001 2000000002'],
        [`times ${ROOT} file 0 3000000003 4`, '0'],
        ['fstat 4', '0 type 4 links 1 size 0 times 1000000001 3000000003'],
        [`symlink file ${ROOT} link`, '0'],
        [`times ${ROOT} link 5 7 5`, '0'],
        [`lstat ${ROOT} link`, '0 type 7 links 1 size 4 times 5 7'],
        [`stat ${ROOT} link`, '0 type 4 links 1 size 0 times 1000000001 3000000003'],
        [`times ${ROOT} file 1 1 3`, error('INVAL')],
        [`times ${ROOT} file 1 1 12`, error('INVAL')],
        [`times ${ROOT} file 1 1 16`, error('INVAL')],
      ]);
    });
  }

  it('answers on other descriptors why they are no files', async () => {
    await expectCalls([
      [`read ${ROOT} 1`, error('ISDIR')],
      [`write ${ROOT} x`, error('ISDIR')],
      [`write ${ROOT} x 0`, error('ISDIR')],
      [`tell ${ROOT}`, error('ISDIR')],
      [`size ${ROOT} 1`, error('ISDIR')],
      [`allocate ${ROOT} 0 1`, error('ISDIR')],
      [`advise ${ROOT} 0 1 0`, error('BADF')],
      ['read 9 1', error('BADF')],
      ['tell 9', error('BADF')],
      ['sync 9', error('BADF')],
      ['fstat 9', error('BADF')],
      ['close 9', error('BADF')],
    ]);
  });

  it('flushes, advises, and renumbers', async () => {
    await expectCalls([
      [`open ${ROOT} a ${CREATE} ${ALL}`, '0 fd 4'],
      [`open ${ROOT} b ${CREATE} ${ALL}`, '0 fd 5'],
      ['write 4 of-a', '0 4'],
      ['sync 4', '0'],
      ['datasync 4', '0'],
      ['advise 4 0 10 3', '0'],
      ['advise 4 0 10 6', error('INVAL')],
      // No host of WASI reserves space.
      ['allocate 4 0 10', isNode ? '0' : error('NOTSUP')],
      ['renumber 4 5', '0'],
      ['tell 4', error('BADF')],
      ['tell 5', '0 4'],
      ['write 5 !', '0 1'],
      [`renumber ${ROOT} 5`, '0'],
      ['readdir 5 200', /0 .*a:4.*/],
      ['renumber 5 3', error('BADF')],
      ['close 5', '0'],
    ]);
    expect(readFileSync(join(folder, 'a'), 'utf8').slice(0, 5)).toBe('of-a!');
  });

  it('finds files ready while others are closed', async () => {
    writeFileSync(join(folder, 'text'), 'hello');
    const open = `open ${ROOT} text 0 ${READ}`;
    await expectCalls([
      [open, '0 fd 4'],
      [open, '0 fd 5'],
      ['poll 4', '0 0 5'],
      ['close 4', '0'],
      ['read 5 2', '0 "he"'],
      ['poll 5', '0 0 3'],
      [open, '0 fd 4'],
      ['poll 4', '0 0 5'],
      ['renumber 5 4', '0'],
      ['poll 4', '0 0 3'],
      ['poll 5', `0 ${error('BADF')} 0`],
      [`poll ${ROOT}`, /0 0 \d/],
    ]);
  });

  it('answers FAULT for what is out of the guest’s memory', async () => {
    await expectCalls([
      [`open ${ROOT} file ${CREATE} ${ALL}`, '0 fd 4'],
      [`out-of-memory ${ROOT} 4`, new RegExp(`${error('FAULT')}( ${error('FAULT')}){21}`)],
    ]);
  });
});
