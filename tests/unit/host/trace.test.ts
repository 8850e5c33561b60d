// SPDX-License-Identifier: MIT
// The tracer's lines, on a memory that the test wrote.

import { describe, expect, test } from 'vitest';
import { Errno } from '../../../host/wasi/errno.ts';
import { GuestMemory } from '../../../host/wasi/memory.ts';
import { PREVIEW1 } from '../../../host/wasi/preview1.ts';
import { traceImports } from '../../../host/wasi/trace.ts';
import { Records } from './records.ts';

const OUT_OF_BOUNDS = 0xfffffff0 | 0;

type Values = (number | bigint)[];

/** Traces one call of `name`; `call` is what it does to the memory, and its answer. */
function trace(
  name: string,
  args: Values,
  write: (records: Records) => void = () => {},
  call: (records: Records) => number = () => 0,
): string[] {
  const records = new Records();
  write(records);
  const memory = new GuestMemory();
  memory.attach(records.memory);
  const pieces: string[] = [];
  const traced = traceImports({ [name]: () => call(records) }, memory, (text) => pieces.push(text));
  traced[name]?.(...args);
  return pieces;
}

const line = (...args: Parameters<typeof trace>) => trace(...args).join('');

describe('sockets and data', () => {
  test('sock_accept shows the new fd', () => {
    const call = (records: Records) => records.u32(64, 5) * 0;
    expect(line('sock_accept', [3, 4, 64], undefined, call)).toBe(
      'sock_accept(fd=3, flags=NONBLOCK) = SUCCESS fd=5\n',
    );
  });

  test('an errno stands in the place of results', () => {
    expect(line('sock_accept', [3, 0, 64], undefined, () => Errno.AGAIN)).toBe(
      'sock_accept(fd=3, flags=0) = AGAIN\n',
    );
    expect(line('fd_close', [9], undefined, () => 200)).toBe('fd_close(fd=9) = errno 200\n');
  });

  test('fd_read shows room before, bytes after, over several buffers', () => {
    const write = (records: Records) => records.iovecs(16, [256, 3], [300, 100]);
    const call = (records: Records) => {
      records.text(256, 'hel');
      records.text(300, 'lo\n\0"\\');
      return records.u32(8, 8) * 0;
    };
    expect(line('fd_read', [5, 16, 2, 8], write, call)).toBe(
      'fd_read(fd=5, iovs=[3, 100]) = SUCCESS nread=8 "hello\\n\\x00\\""\n',
    );
  });

  test('data is cut at 32 bytes', () => {
    const write = (records: Records) => {
      records.iovecs(16, [256, 20], [512, 4000]);
      records.text(256, 'a'.repeat(20));
      records.text(512, 'b'.repeat(4000));
    };
    expect(line('fd_write', [1, 16, 2, 8], write)).toBe(
      `fd_write(fd=1, iovs="${'a'.repeat(20)}${'b'.repeat(12)}"… (4020 bytes)) = SUCCESS nwritten=0\n`,
    );
  });

  test('nothing read shows no data', () => {
    const write = (records: Records) => records.iovecs(16, [256, 3]);
    expect(line('fd_read', [5, 16, 1, 8], write)).toBe(
      'fd_read(fd=5, iovs=[3]) = SUCCESS nread=0\n',
    );
  });

  test('sock_recv and sock_shutdown name their flags', () => {
    const write = (records: Records) => records.iovecs(16, [256, 3]);
    const call = (records: Records) => {
      records.u32(12, 1);
      return records.u32(8, 3) * 0;
    };
    expect(line('sock_recv', [5, 16, 1, 3, 8, 12], write, call)).toBe(
      'sock_recv(fd=5, data=[3], flags=PEEK|WAITALL) = SUCCESS nread=3 ro_flags=DATA_TRUNCATED "\\x00\\x00\\x00"\n',
    );
    expect(line('sock_shutdown', [5, 2])).toBe('sock_shutdown(fd=5, how=WR) = SUCCESS\n');
    expect(line('sock_shutdown', [5, 9])).toBe('sock_shutdown(fd=5, how=RD|0x8) = SUCCESS\n');
  });
});

describe('poll_oneoff', () => {
  test('subscriptions before, events with their fds after', () => {
    const write = (records: Records) => {
      records.fdSubscription(64, 7n, 1, 5);
      records.fdSubscription(112, 7n, 2, 6);
      records.clockSubscription(160, { timeout: 1_500_000_000n });
    };
    const call = (records: Records) => {
      records.event(1024, { userdata: 7n, bytes: 12n, hangup: true });
      records.event(1056, { userdata: 7n, type: 2, error: Errno.BADF });
      records.event(1088, { type: 0 });
      return records.u32(8, 3) * 0;
    };
    expect(trace('poll_oneoff', [64, 1024, 3, 8], write, call)).toEqual([
      'poll_oneoff([fd_read 5, fd_write 6, clock MONOTONIC +1.5s])',
      ' = SUCCESS [fd_read 5 12 bytes hangup, fd_write 6 BADF, clock]\n',
    ]);
  });

  test('events written over the subscriptions are still told apart', () => {
    const write = (records: Records) => records.fdSubscription(64, 9n, 1, 5);
    const call = (records: Records) => {
      records.event(64, { userdata: 9n });
      return records.u32(8, 1) * 0;
    };
    expect(line('poll_oneoff', [64, 64, 1, 8], write, call)).toBe(
      'poll_oneoff([fd_read 5]) = SUCCESS [fd_read 5 0 bytes]\n',
    );
  });

  test('an event of no subscription shows its userdata', () => {
    const call = (records: Records) => {
      records.event(1024, { userdata: 0xabcn });
      return records.u32(8, 1) * 0;
    };
    expect(line('poll_oneoff', [64, 1024, 1, 8], (r) => r.clockSubscription(64, {}), call)).toBe(
      'poll_oneoff([clock MONOTONIC +0s]) = SUCCESS [fd_read userdata=0xabc 0 bytes]\n',
    );
  });

  test.each([
    ['MONOTONIC +999ns', { timeout: 999n }],
    ['MONOTONIC +1.5us', { timeout: 1500n }],
    ['MONOTONIC +250ms', { timeout: 250_000_000n }],
    ['REALTIME at 1000000000s', { clock: 0, timeout: 10n ** 18n, absolute: true }],
    ['77 +18446744073.709553s', { clock: 77, timeout: 2n ** 64n - 1n }],
  ])('clock %s', (shown, clock) => {
    const write = (records: Records) => records.clockSubscription(64, clock);
    expect(line('poll_oneoff', [64, 1024, 1, 8], write, () => Errno.INVAL)).toBe(
      `poll_oneoff([clock ${shown}]) = INVAL\n`,
    );
  });

  test('a long list is cut', () => {
    const write = (records: Records) => {
      for (let i = 0; i < 20; i++) records.fdSubscription(64 + i * 48, BigInt(i), 1, i);
    };
    expect(line('poll_oneoff', [64, 4096, 20, 8], write)).toMatch(/fd_read 15, … 4 more\]\)/);
  });
});

describe('files', () => {
  test.each<[string, Values, (records: Records) => void, string]>([
    [
      'path_open',
      [3, 1, 256, 8, 9, 0x42n, -1n, 5, 8],
      (r) => r.text(256, 'a/"bé\u009b') && r.u32(8, 7),
      'path_open(fd=3, dirflags=SYMLINK_FOLLOW, path="a/\\"bé\\u009b", oflags=CREAT|TRUNC, base=0x42, inheriting=0xffffffffffffffff, fdflags=APPEND|NONBLOCK) = SUCCESS fd=7',
    ],
    [
      'path_readlink',
      [4, 256, 4, 512, 100, 8],
      (r) => r.text(256, 'fd/6') && r.text(512, 'tcp:a->b??') && r.u32(8, 8),
      'path_readlink(fd=4, path="fd/6", buf=[100]) = SUCCESS "tcp:a->b" used=8',
    ],
    [
      'fd_prestat_dir_name',
      [4, 256, 4],
      (r) => r.text(256, '/dev'),
      'fd_prestat_dir_name(fd=4, path=[4]) = SUCCESS "/dev"',
    ],
    [
      'fd_prestat_get',
      [4, 64],
      (r) => r.prestat(64, 0, 4),
      'fd_prestat_get(fd=4) = SUCCESS dir, name of 4 bytes',
    ],
    ['fd_prestat_get', [3, 64], (r) => r.prestat(64, 1, 0), 'fd_prestat_get(fd=3) = SUCCESS tag 1'],
    [
      'fd_fdstat_get',
      [3, 64],
      (r) => r.fdstat(64, 6, 4),
      'fd_fdstat_get(fd=3) = SUCCESS socket_stream NONBLOCK',
    ],
    [
      'fd_filestat_get',
      [3, 64],
      (r) => r.filestat(64, 4, 120n),
      'fd_filestat_get(fd=3) = SUCCESS regular_file 120 bytes',
    ],
    [
      'fd_seek',
      [5, -3n, 2, 64],
      (r) => r.u64(64, 117n),
      'fd_seek(fd=5, offset=-3, whence=END) = SUCCESS position=117',
    ],
    [
      'clock_time_get',
      [0, 1n, 64],
      (r) => r.u64(64, 2n ** 64n - 1n),
      'clock_time_get(id=REALTIME, precision=1) = SUCCESS time=18446744073709551615',
    ],
    ['sched_yield', [], () => {}, 'sched_yield() = SUCCESS'],
  ])('%s', (name, args, write, expected) => {
    expect(line(name, args, write)).toBe(`${expected}\n`);
  });
});

describe('whatever the guest passes', () => {
  test('bad pointers are shown as such, and no function throws', () => {
    for (const [name, parameters] of PREVIEW1) {
      const last = parameters.at(-1);
      const count = last === undefined ? 0 : last.at + 2;
      for (const value of [OUT_OF_BOUNDS, -1, 0, 65535, 0x7fffffff]) {
        expect(line(name, Array(count).fill(value)), name).toMatch(/ = SUCCESS.*\n$/);
      }
    }
    expect(line('path_open', [3, 0, OUT_OF_BOUNDS, 5, 0, 0n, 0n, 0, OUT_OF_BOUNDS])).toBe(
      'path_open(fd=3, dirflags=0, path=0xfffffff0?, oflags=0, base=0x0, inheriting=0x0, fdflags=0) = SUCCESS fd=0xfffffff0?\n',
    );
    expect(line('poll_oneoff', [OUT_OF_BOUNDS, 0, 1, 8])).toMatch(/^poll_oneoff\(0xfffffff0\?\)/);
    expect(line('poll_oneoff', [0, 0, -1, 8])).toMatch(/^poll_oneoff\(0x0\?\)/);
  });

  test('a call that ends the guest is shown without an answer, and the error goes on', () => {
    const pieces: string[] = [];
    const end = new Error('end');
    const traced = traceImports(
      {
        proc_exit: () => {
          throw end;
        },
      },
      new GuestMemory(),
      (text) => pieces.push(text),
    );
    expect(() => traced.proc_exit?.(3)).toThrow(end);
    expect(pieces).toEqual(['proc_exit(status=3) = ?\n']);
  });

  test('writing to stdout is one piece, so that the guest’s own text is not in the midst of it', () => {
    const write = (records: Records) => records.iovecs(16, [256, 1]);
    expect(trace('fd_write', [1, 16, 1, 8], write)).toHaveLength(1);
    expect(trace('fd_write', [6, 16, 1, 8], write)).toHaveLength(2);
  });
});

test('the table has the 46 functions of preview 1, in the order of the witx', () => {
  const names = [...PREVIEW1.keys()];
  expect(names).toHaveLength(46);
  expect(names.slice(-5)).toEqual([
    'random_get',
    'sock_accept',
    'sock_recv',
    'sock_send',
    'sock_shutdown',
  ]);
});
