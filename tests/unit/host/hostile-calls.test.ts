// SPDX-License-Identifier: MIT
// Every function with every kind of bad argument: each answers an errno, and the process lives. The
// same for a memory that grew between two calls.

import { afterAll, describe, expect, test } from 'vitest';
import { ERRNOS } from '../../../host/wasi/errno.ts';
import { PREVIEW1 } from '../../../host/wasi/preview1.ts';
import { at, fixture, until } from './fixture.ts';

const PAGES = 2;
const END = PAGES * 65536;
/** As a guest's i32 arrives: signed. */
const NUMBERS = [
  0,
  1,
  7,
  64,
  END - 1,
  END,
  END - 47,
  -1,
  -8,
  0x7fffffff,
  -0x80000000,
  1 << 28,
  1 << 29,
];
const I64 = new Set([
  'fd_advise:1',
  'fd_advise:2',
  'fd_allocate:1',
  'fd_allocate:2',
  'fd_fdstat_set_rights:1',
  'fd_fdstat_set_rights:2',
  'fd_filestat_set_size:1',
  'fd_filestat_set_times:1',
  'fd_filestat_set_times:2',
  'fd_pread:3',
  'fd_pwrite:3',
  'fd_readdir:3',
  'fd_seek:1',
  'path_filestat_set_times:4',
  'path_filestat_set_times:5',
  'path_open:5',
  'path_open:6',
  'clock_time_get:1',
]);
const TWO = new Set(['text', 'buffer', 'reads', 'writes']);

function arity(name: string): number {
  const parameters = PREVIEW1.get(name) ?? [];
  return parameters.reduce((sum, { kind }) => sum + (TWO.has(kind) ? 2 : 1), 0);
}

const f = fixture({ dirs: [{ host: '/tmp', guest: '/tmp' }] }, PAGES);
afterAll(() => f.host.close());

describe('hostile arguments', () => {
  const names = [...PREVIEW1.keys()].filter((name) => name !== 'proc_exit');
  test.each(names)('%s answers an errno whatever it is given', (name) => {
    const count = arity(name);
    // Every second parameter from a fixed sequence, each position through all numbers.
    for (let round = 0; round < NUMBERS.length * NUMBERS.length * 4; round++) {
      const args = Array.from({ length: count }, (_, index) => {
        const step = index % 2 === 0 ? round : Math.floor(round / NUMBERS.length) + index;
        const value = NUMBERS[(step * (index + 1)) % NUMBERS.length] as number;
        // Descriptors: a listener, a directory, /dev, a bad one. Standard input would block.
        const fd = [3, 4, 5, 99][round % 4] as number;
        const isFd = (PREVIEW1.get(name)?.[0]?.name ?? '') === 'fd' && index === 0;
        if (I64.has(`${name}:${index}`)) return BigInt(value);
        return isFd ? fd : value;
      });
      // What would change the table or the folder is given bad descriptors alone.
      if (/^(fd_close|fd_renumber)$/.test(name)) args[0] = 99;
      if (/^path_/.test(name) && args[0] === 4) args[0] = 99;
      const errno = f.call(name, ...args);
      expect(ERRNOS[errno], `${name}(${args.join(', ')}) = ${errno}`).toBeDefined();
    }
  });
});

test('a memory that grows is found again, by native and delegated calls', async () => {
  const g = fixture({}, 1);
  const socket = await g.connect();
  await until(() => g.call('sock_accept', 3, 4, at.result));
  const fd = g.u32(at.result);
  socket.write('one');
  g.iovec(16);
  expect(await until(() => g.call('fd_read', fd, at.iovs, 1, at.result))).toBe(0);
  g.memory.grow(3);
  const high = 3 * 65536;
  socket.write('two');
  g.bytes(high, 8).writeUInt32LE(high + 64, 0);
  g.bytes(high, 8).writeUInt32LE(16, 4);
  expect(await until(() => g.call('fd_read', fd, high, 1, high + 32))).toBe(0);
  expect(g.bytes(high + 64, 3).toString()).toBe('two');
  expect(g.call('random_get', high, 64)).toBe(0);
  expect(g.call('clock_time_get', 1, 0n, high)).toBe(0);
  socket.destroy();
  g.host.close();
});
