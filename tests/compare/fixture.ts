// SPDX-License-Identifier: MIT
// A result with invented figures, and hostile names: what the page must show, whatever was measured.

import { closeCell, type OpenCell } from '../../src/compare/cells.ts';
import type { Claim, Comparison, Contender, Sample, Scenario } from '../../src/compare/result.ts';
import { summarize } from '../../src/compare/summary.ts';

const contender = (name: string, kind: Contender['kind']): Contender => ({
  ...{ name, kind, about: `${name} & friends <b>`, runtime: 'node', backend: 'epoll' },
  version: '1.2.3',
});

export const contenders = [
  contender('node-epoll', 'guest'),
  contender('node-select', 'guest'),
  contender('c-epoll', 'limit'),
  contender('node-net', 'peer'),
];

export const scenarios: readonly Scenario[] = [
  ...[1, 10, 50, 500].map((active) => ({ active, idle: 0 })),
  ...[100, 1000].map((idle) => ({ active: 50, idle })),
];

/** A sample of this rate. */
export function sampleOf(rate: number, more: Partial<Sample> = {}): Sample {
  return {
    ...{ requests: rate, rate, p50Us: 40, p99Us: 200, errors: 0, cpuUs: 6, userUs: 2, systemUs: 4 },
    ...{ serverBusy: 0.9, loadBusy: 0.5, foreign: 0, voluntary: 3, involuntary: 1 },
    ...{ memoryBytes: 5e7, idleBytes: null },
    ...more,
  };
}

const host = (fds: number): Partial<Sample> => ({
  host: {
    ...{
      waits: 1000,
      events: 9000,
      fdsToKernel: fds * 1000,
      fdsScanned: Math.max(fds * 1000, 9000),
    },
    ...{ interestBytes: fds * 8000, bytesRead: 1e6, bytesWritten: 1e6 },
    syscalls: { recv: 9000, send: 9000, epoll_wait: 1000 },
  },
});

function openCell(who: Contender, scenario: Scenario): OpenCell {
  const { active, idle } = scenario;
  const rate = 10_000 * Math.min(active, 10) * (who.kind === 'peer' ? 0.6 : 1);
  const idleBytes = idle > 0 ? 400 : null;
  const counters = who.kind === 'guest' ? host(who.name === 'node-select' ? active + idle : 0) : {};
  if (who.name === 'node-select' && active + idle > 980)
    return { contender: who, scenario, samples: [], skipped: 'select holds 1,024 descriptors.' };
  const parts = who.name === 'node-net' && active === 500 ? [1, 2, 3] : [1, 1.02, 0.99];
  const samples = parts.map((part) => sampleOf(rate * part, { idleBytes, ...counters }));
  return { contender: who, scenario, samples };
}

const claims: readonly Claim[] = [
  {
    ...{ number: 1, title: 'select copies </script><script>alert(1)</script>', verdict: 'holds' },
    ...{ figure: 'select 912, epoll 0', why: 'It keeps nothing.' },
    chart: {
      ...{ title: 'Descriptors', kind: 'line', xLabel: 'open connections', yLabel: 'a wait' },
      ...{ xScale: 'log', yScale: 'log', x: [10, 100, 1000] },
      series: [
        { name: 'select', y: [10, 100, null] },
        { name: 'epoll', y: [0.01, 0.01, 0.01] },
      ],
    },
  },
  {
    ...{ number: 7, title: 'Non-blocking IO wastes CPU', verdict: 'does not hold' },
    ...{ figure: 'blocking 0%', why: 'Because.' },
    chart: {
      ...{ title: 'CPU', kind: 'bar', xLabel: 'model', yLabel: '% of a core' },
      ...{ xScale: 'linear', yScale: 'linear', x: ['blocking', 'non-blocking'] },
      series: [{ name: 'CPU', y: [0, 99] }],
    },
  },
  {
    ...{ number: 10, title: 'Asynchronous', verdict: 'not measured' },
    ...{ figure: 'There is no io_uring.', why: 'A policy forbids it.' },
  },
];

/** The whole result. */
export function comparison(): Comparison {
  const open = scenarios.flatMap((scenario) => contenders.map((who) => openCell(who, scenario)));
  const peer = (cell: OpenCell, kind: Contender['kind']) =>
    open.find((one) => one.scenario === cell.scenario && one.contender.kind === kind);
  const cells = open.map((cell) => closeCell(cell, peer(cell, 'limit'), peer(cell, 'peer')));
  return {
    schema: 1,
    date: '2026-11-24T07:00:00.000Z',
    command: 'pollux compare --html "</script><img src=x onerror=alert(1)>"',
    machine: {
      ...{ cpu: 'A CPU', cores: 2, memoryBytes: 2 ** 34, kernel: '6.18', os: 'Debian' },
      ...{ serverCore: 0, loadCore: 1, versions: { node: '20.20.2' } },
    },
    ...{ guest: 'examples/echo', size: 64, durationS: 2, repeat: 3, contenders, scenarios, cells },
    missing: [{ name: 'bun', reason: 'no bun in PATH: npm install -g bun' }],
    claims,
    interrupted: true,
    baseline: {
      date: '2026-11-23T07:00:00.000Z',
      changes: [
        {
          ...{ contender: 'node-epoll', scenario: { active: 50, idle: 0 }, figure: 'cpuUs' },
          ...{ before: 5, now: 6.25, ratio: 1.25, verdict: 'worse' },
        },
      ],
    },
    summary: summarize(cells, contenders, scenarios),
  };
}
