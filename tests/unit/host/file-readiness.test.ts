// SPDX-License-Identifier: MIT
// What poll_oneoff says of files in a directory: a regular file is always ready, a FIFO is so when it has
// something. On every backend.

import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backends } from '../../../host/index.ts';
import { FdFlags, type FileCalls, fileCalls, Right } from './files.ts';
import { at, type Fixture, fixture } from './fixture.ts';

const DIR = 3;
const [SUBSCRIPTIONS, EVENTS] = [at.data, at.data + 1024];
let folder: string;
let f: Fixture;
let files: FileCalls;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pollux-files-'));
});
afterEach(() => {
  f.host.close();
  rmSync(folder, { recursive: true });
});

/** poll_oneoff for reading `fd`, and a clock that is due at once; answers the events of `fd`. */
function poll(fd: number): { error: number; nbytes: bigint }[] {
  const records = f.bytes(SUBSCRIPTIONS, 96).fill(0);
  records.writeBigUInt64LE(1n, 0);
  records[8] = 1; // fd_read
  records.writeUInt32LE(fd, 16);
  records.writeUInt32LE(1, 48 + 16); // the monotonic clock, in 0 ns
  expect(files.call('poll_oneoff', SUBSCRIPTIONS, EVENTS, 2, at.result)).toBe('SUCCESS');
  return Array.from({ length: f.u32(at.result) }, (_, i) => f.bytes(EVENTS + 32 * i, 32))
    .filter((event) => event.readBigUInt64LE(0) === 1n)
    .map((event) => ({ error: event.readUInt16LE(8), nbytes: event.readBigUInt64LE(16) }));
}

const names = backends().flatMap(({ name, available }) => (available ? [name] : []));

describe.each(names)('with %s', (backend) => {
  beforeEach(() => {
    f = fixture({ listen: [], dirs: [{ host: folder, guest: '/data' }], backend });
    files = fileCalls(f);
  });

  test('a regular file is ready at once, with the bytes that are left', () => {
    writeFileSync(join(folder, 'file'), 'twelve bytes');
    const fd = files.open(DIR, 'file') as number;
    files.read(fd, 5);
    expect(poll(fd)).toEqual([{ error: 0, nbytes: 7n }]);
    files.read(fd);
    expect(poll(fd)).toEqual([{ error: 0, nbytes: 0n }]);
  });

  test('a FIFO is ready when it has something, and not before', () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const writer = openSync(join(folder, 'pipe'), 'r+');
    const fd = files.open(DIR, 'pipe', { fdflags: FdFlags.NONBLOCK }) as number;
    expect(files.fdstat(fd).flags).toBe(FdFlags.NONBLOCK);
    expect(files.read(fd)).toBe('!AGAIN');
    expect(poll(fd)).toEqual([]);
    writeSync(writer, 'some');
    expect(poll(fd)).toEqual([{ error: 0, nbytes: 4n }]);
    expect(files.read(fd)).toBe('some');
    expect(poll(fd)).toEqual([]);
    closeSync(writer);
  });

  test('a guest that blocks on a FIFO gets what comes, and all it writes is taken', () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const other = openSync(join(folder, 'pipe'), 'r+');
    const fd = files.open(DIR, 'pipe', { rights: Right.READ | Right.WRITE }) as number;
    expect(files.fdstat(fd).flags).toBe(0);
    writeSync(other, 'there');
    expect(files.read(fd)).toBe('there');
    expect(files.write(fd, 'x'.repeat(5000))).toBe('SUCCESS');
    expect(poll(fd)).toEqual([{ error: 0, nbytes: 5000n }]);
    closeSync(other);
  });
});
