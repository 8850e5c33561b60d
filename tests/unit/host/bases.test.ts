// SPDX-License-Identifier: MIT
// What each base WASI serves: arguments, environment, random numbers, the standard streams; with
// pointers out of bounds, and in a memory that grows. The clocks are the host's own.

import { describe, expect, test } from 'vitest';
import { Errno } from '../../../host/wasi/errno.ts';
import { bases } from '../../support/bases.ts';
import { at, type Fixture, fixture } from './fixture.ts';

const args = ['guest', 'an argument', '', 'ünï\u{1f600}'];
const env = { A: 'text', EMPTY: '', 'with space': '= and\nnewline' };

/** The strings that `name`_get puts into the memory, read by the pointers that it puts there. */
function strings(f: Fixture, name: 'args' | 'environ', area: number): string[] {
  expect(f.call(`${name}_sizes_get`, at.result, at.result + 4)).toBe(0);
  const [count, size] = [f.u32(at.result), f.u32(at.result + 4)];
  expect(f.call(`${name}_get`, area, area + 4 * count)).toBe(0);
  return Array.from({ length: count }, (_, i) => {
    const start = f.u32(area + 4 * i);
    const text = f.bytes(start, area + 4 * count + size - start);
    return text.subarray(0, text.indexOf(0)).toString();
  });
}

describe.each(bases())('the base $name', ({ name, missing, enter }) => {
  function start(): Fixture {
    const leave = enter();
    try {
      return fixture({ listen: [], args, env, wasi: name });
    } finally {
      leave();
    }
  }

  test.skipIf(missing !== undefined)('gives arguments and environment, and nothing else', () => {
    const f = start();
    expect(strings(f, 'args', at.data)).toEqual(args);
    expect(strings(f, 'environ', at.data).sort()).toEqual(
      Object.entries(env)
        .map(([key, value]) => `${key}=${value}`)
        .sort(),
    );
    f.host.close();
  });

  test.skipIf(missing !== undefined)('goes on in a memory that has grown', () => {
    const f = start();
    expect(strings(f, 'args', at.data)).toEqual(args);
    f.memory.grow(3);
    expect(strings(f, 'args', 4 * 65536)).toEqual(args);
    expect(f.call('random_get', 4 * 65536, 4096)).toBe(0);
    expect(new Set(f.bytes(4 * 65536, 4096)).size).toBeGreaterThan(100);
    f.host.close();
  });

  test.skipIf(missing !== undefined)('answers EFAULT for pointers out of bounds', () => {
    const f = start();
    for (const pointer of [-1, -4096, 2 * 65536 - 1, 0x7fffffff]) {
      for (const function_ of ['args', 'environ']) {
        expect(f.call(`${function_}_get`, pointer, at.data)).toBe(Errno.FAULT);
        expect(f.call(`${function_}_get`, at.data, pointer)).toBe(Errno.FAULT);
        expect(f.call(`${function_}_sizes_get`, pointer, at.data)).toBe(Errno.FAULT);
      }
      expect(f.call('random_get', pointer, 16)).toBe(Errno.FAULT);
    }
    expect(strings(f, 'args', at.data)).toEqual(args);
    f.host.close();
  });

  test.skipIf(missing !== undefined)('yields, and has standard streams of the right type', () => {
    const f = start();
    expect(f.call('sched_yield')).toBe(0);
    for (const fd of [0, 1, 2]) {
      expect(f.call('fd_fdstat_get', fd, at.record)).toBe(0);
      expect(f.call('fd_prestat_get', fd, at.record)).not.toBe(0);
    }
    f.host.close();
  });

  test.skipIf(missing !== undefined)(
    'tells the time by the clocks that poll_oneoff waits on',
    () => {
      const f = start();
      const time = (id: number) => {
        expect(f.call('clock_time_get', id, 0n, at.record)).toBe(0);
        return f.bytes(at.record, 8).readBigUInt64LE();
      };
      const before = time(1);
      expect(time(1)).toBeGreaterThanOrEqual(before);
      expect(Number(time(0) / 1_000_000n)).toBeGreaterThan(1_600_000_000_000);
      expect(time(2)).toBeGreaterThan(0n);
      for (const id of [0, 1, 2, 3]) {
        expect(f.call('clock_res_get', id, at.record)).toBe(0);
        expect(f.bytes(at.record, 8).readBigUInt64LE()).toBeLessThan(100_000_000n);
      }
      for (const id of [4, -1, 99]) {
        expect(f.call('clock_time_get', id, 0n, at.record)).toBe(Errno.INVAL);
        expect(f.call('clock_res_get', id, at.record)).toBe(Errno.INVAL);
      }
      expect(f.call('clock_time_get', 1, 0n, 2 * 65536 - 7)).toBe(Errno.FAULT);
      // A deadline that this clock tells is past is past for poll_oneoff too.
      const record = f.bytes(at.data, 48).fill(0);
      record.writeUInt32LE(1, 16);
      record.writeBigUInt64LE(time(1), 24);
      record.writeUInt16LE(1, 40);
      expect(f.call('poll_oneoff', at.data, at.data + 64, 1, at.result)).toBe(0);
      expect(f.u32(at.result)).toBe(1);
      f.host.close();
    },
  );
});
