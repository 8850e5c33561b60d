// SPDX-License-Identifier: MIT
// The claims: each verdict comes from the figures, both ways, and the figures come from real servers.

import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { asynchronous, fewAndActive } from '../../src/compare/claims/activity.ts';
import { limitOfSelect } from '../../src/compare/claims/capacity.ts';
import {
  type ClaimContext,
  type Measured,
  MeasuringContext,
} from '../../src/compare/claims/context.ts';
import { drain, triggers } from '../../src/compare/claims/edge.ts';
import { CLAIMS, measureClaims } from '../../src/compare/claims/index.ts';
import { oneAtATime, oneConnection } from '../../src/compare/claims/models.ts';
import { copies, hitRate, scans } from '../../src/compare/claims/sets.ts';
import { exampleGuest, script } from '../../src/compare/programs.ts';
import type { Scenario } from '../../src/compare/result.ts';
import { sampleOf } from './fixture.ts';

/** What a server does, told by a test. */
interface Told {
  /** One a repetition; the last one is repeated. */
  readonly cpuUs?: readonly number[];
  readonly p50Us?: readonly number[];
  readonly counters?: Partial<Measured['counters']>;
}

const NAMES = ['select', 'poll', 'epoll', 'epoll-et', 'sigio', 'io-uring'];

/** A context whose servers are told, not run. */
function told(
  of: (backend: string, scenario: Scenario, example: string) => Told,
  names = NAMES,
): ClaimContext {
  return {
    serverCore: 0,
    backends: (...asked) => asked.filter((name) => names.includes(name)),
    servers: async (subjects, scenario, repeat = 3) =>
      subjects.map(({ backend, example = 'echo' }) => {
        const { cpuUs = [5], p50Us = [40], counters } = of(backend, scenario, example);
        const samples = Array.from({ length: repeat }, (_, i) =>
          sampleOf(1000, {
            cpuUs: cpuUs[i] ?? (cpuUs.at(-1) as number),
            p50Us: p50Us[i] ?? (p50Us.at(-1) as number),
          }),
        );
        const zero = { waits: 1, events: 1, fdsToKernel: 0, fdsScanned: 1, interestBytes: 0 };
        return {
          ...{ cpuUs: cpuUs[0] ?? 0, p50Us: p50Us[0] ?? 0, systemUs: 3, samples },
          counters: {
            ...{ ...zero, syscalls: {}, syscallsTotal: 2, hitRate: 1, fdsPerWait: 0 },
            ...counters,
          },
        };
      }),
  };
}

const keepsSet = (backend: string) => backend !== 'select' && backend !== 'poll';

describe('claims 1, 2 and 4, of sets', () => {
  const grows = (keeps: (backend: string) => boolean) =>
    told((backend, { active, idle }) => {
      const looked = keeps(backend) ? 1 : active + idle;
      return {
        cpuUs: [5 + looked / 100],
        counters: { fdsPerWait: looked - 1, fdsScanned: looked, hitRate: 1 / looked },
      };
    });

  test('hold where select brings and scans all, and epoll does not', async () => {
    for (const claim of [copies, scans, hitRate]) {
      const { verdict } = await claim.measure(grows(keepsSet));
      expect(verdict, claim.title).toBe('holds');
    }
  });

  test('do not where epoll does as select', async () => {
    const all = grows(() => false);
    expect(await copies.measure(all)).toMatchObject({ verdict: 'holds in part' });
    expect(await scans.measure(all)).toMatchObject({ verdict: 'holds in part' });
    expect(await hitRate.measure(all)).toMatchObject({ verdict: 'does not hold' });
  });

  test('the sentence has the figures that were measured', async () => {
    const { figure } = await copies.measure(grows(keepsSet));
    expect(figure).toContain('With 910 connections, of which 10 are active');
    expect(figure).toContain('select 909, poll 909, epoll 0, io-uring 0');
  });
});

describe('claim 5, select or poll may beat epoll', () => {
  const poll = (...cpuUs: number[]) =>
    told((backend) => (backend === 'poll' ? { cpuUs } : { cpuUs: [10] }));

  test('holds where one is cheaper in each repetition', async () => {
    const claim = await fewAndActive.measure(poll(9, 8, 9, 9.5, 9));
    expect(claim.verdict).toBe('holds');
    expect(claim.why).toContain('poll at 1 active takes 90%');
  });

  test.each([
    ['in most repetitions alone', [9, 9, 9, 9, 11]],
    ['by less than what is a tie', [9.9, 9.9, 9.9, 9.9, 9.9]],
    ['never', [12]],
  ])('does not hold where one is cheaper %s', async (_, cpuUs) => {
    expect((await fewAndActive.measure(poll(...cpuUs))).verdict).toBe('does not hold');
  });
});

describe('claim 9, one connection is not faster', () => {
  const other = (...p50Us: number[]) =>
    told((_, __, example) => (example === 'blocking' ? { p50Us: [40] } : { p50Us }));

  test.each([
    ['holds', [41, 39, 42]],
    ['holds', [30, 30, 41]],
    ['does not hold', [30, 31, 29]],
  ])('%s at %j us against 40', async (verdict, times) => {
    expect((await oneConnection.measure(other(...times))).verdict).toBe(verdict);
  });
});

describe('claim 10, asynchronous IO', () => {
  const uring = (syscalls: Record<string, number>, syscallsTotal: number) =>
    told((backend) => (backend === 'io-uring' ? { counters: { syscalls, syscallsTotal } } : {}));

  test.each([
    ['holds', { io_uring_enter: 0.2 }, 0.2],
    ['holds in part', { io_uring_enter: 0.2, recv: 0.5 }, 0.7],
    ['does not hold', { io_uring_enter: 1, readv: 1 }, 2],
  ] as const)('%s where it makes the calls %j', async (verdict, kinds, total) => {
    expect((await asynchronous.measure(uring(kinds, total))).verdict).toBe(verdict);
  });

  test('is not measured without io_uring', async () => {
    const claim = await asynchronous.measure(told(() => ({}), ['select', 'poll', 'epoll']));
    expect(claim).toMatchObject({ verdict: 'not measured', figure: expect.stringMatching(/no/) });
  });
});

test.each([
  ['holds', 0, 0.5],
  ['holds in part', 0, 1],
  ['does not hold', 2, 1],
])(
  'claim 12 %s where edge-triggered takes %d epoll_ctl and %d waits',
  async (verdict, calls, waits) => {
    const context = told((backend) =>
      backend === 'epoll-et'
        ? { counters: { waits, syscalls: { epoll_ctl: calls } } }
        : { counters: { waits: 1, syscalls: { epoll_ctl: 2 } } },
    );
    expect((await triggers.measure(context)).verdict).toBe(verdict);
  },
);

describe('with real servers', () => {
  const settings = {
    ...{ guest: '', serverCore: 0, loadCore: 1, size: 64 },
    ...{ seconds: 0.05, warmup: 0.01 },
  };
  const real = (names: readonly string[], signal = new AbortController().signal) =>
    new MeasuringContext(settings, names, signal);

  test('select brings and scans all its descriptors, epoll those that are ready', async () => {
    const context = real(['select', 'epoll']);
    expect((await copies.measure(context)).verdict).toBe('holds');
    const { verdict, chart } = await hitRate.measure(context);
    expect(verdict).toBe('holds');
    const select = chart?.series.find(({ name }) => name === 'select')?.y.at(-1);
    expect(select).toBeGreaterThan(0);
    expect(select).toBeLessThan(5);
  }, 120_000);

  test('select stops below 1,024 connections, epoll does not', async () => {
    const { verdict, chart } = await limitOfSelect.measure(real(['select', 'epoll']));
    expect(verdict).toBe('holds');
    expect(chart?.series[0]?.y[1]).toBe(1200);
  }, 120_000);

  test('a second client of the blocking server waits for the first one', async () => {
    const { chart } = await oneAtATime.measure(real(['epoll']));
    expect(chart?.series[0]?.y[0]).toBeGreaterThan(chart?.series[0]?.y[1] as number);
  }, 60_000);

  test('who reads once an edge loses the rest', async () => {
    expect(await drain.measure(real(['epoll']))).toMatchObject({ verdict: 'holds' });
  }, 60_000);

  test('no descriptor is left of 200 instances', () => {
    const argv = [script('compare-instances.js'), exampleGuest('echo.reactor'), 'epoll', '200'];
    const { before, after } = JSON.parse(
      execFileSync(process.execPath, argv, { encoding: 'utf8' }),
    );
    expect(after).toBeLessThanOrEqual(before);
  }, 60_000);

  test('each server is told before it is measured; a claim that is ended meanwhile was not reached', async () => {
    const ending = new AbortController();
    const seen: string[] = [];
    const context = new MeasuringContext(settings, ['epoll'], ending.signal, (name) => {
      seen.push(name);
      if (seen.length === 2) ending.abort();
    });
    const [first] = await measureClaims(context, ending.signal, () => {});
    expect(seen[0]).toBe('echo-epoll, 10 active, 0 idle');
    expect(first).toMatchObject({ verdict: 'not measured', figure: 'It was not reached.' });
  }, 60_000);

  test('after Ctrl-C the rest is told as not reached', async () => {
    const signal = AbortSignal.abort();
    const claims = await measureClaims(real(['epoll'], signal), signal, () => {});
    expect(claims.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    for (const { verdict } of claims) expect(verdict).toBe('not measured');
    expect(CLAIMS).toHaveLength(12);
  });
});
