// SPDX-License-Identifier: MIT
// What is made of samples: medians, paired ratios, doubts, changes against a baseline, the schedule.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { compareWith, readBaseline } from '../../src/compare/baseline.ts';
import { closeCell } from '../../src/compare/cells.ts';
import { chartsOf } from '../../src/compare/page/charts.ts';
import { csvOf } from '../../src/compare/page/csv.ts';
import { scenariosOf } from '../../src/compare/schedule.ts';
import { figureOf, median, pairedRatio } from '../../src/compare/statistics.ts';
import { comparison, contenders, sampleOf } from './fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'pollux-compare-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [guest, , limit, node] = contenders as [
  (typeof contenders)[0],
  (typeof contenders)[0],
  (typeof contenders)[0],
  (typeof contenders)[0],
];
const scenario = { active: 50, idle: 0 };

test('median, least, greatest and spread', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([1, 2, 3, 4])).toBe(2.5);
  expect(median([])).toBeNaN();
  expect(figureOf([])).toBeNull();
  expect(figureOf([90, 100, 120])).toEqual({ median: 100, min: 90, max: 120, spread: 0.3 });
});

test('a ratio is paired within repetitions; where one side is missing there is none', () => {
  expect(pairedRatio([10, 30, null], [20, 10, 10])?.median).toBe(1.75);
  expect(pairedRatio([null], [1])).toBeNull();
});

describe('a cell', () => {
  const closed = (samples: ReturnType<typeof sampleOf>[]) =>
    closeCell(
      { contender: guest, scenario, samples },
      { contender: limit, scenario, samples: samples.map(({ rate }) => sampleOf(rate * 2)) },
      { contender: node, scenario, samples: samples.map(({ rate }) => sampleOf(rate / 2)) },
    );

  test('has its ratios to native C and to node:net', () => {
    expect(closed([sampleOf(100), sampleOf(110)])).toMatchObject({
      toLimit: { median: 0.5 },
      toNode: { median: 2 },
      loadBound: false,
    });
  });

  test('whose repetitions differ, which was disturbed, or which had errors is doubtful', () => {
    expect(closed([sampleOf(100), sampleOf(105)]).doubtful).toBeUndefined();
    expect(closed([sampleOf(100), sampleOf(200)]).doubtful).toMatch(/spreads by 67%/);
    expect(closed([sampleOf(100, { foreign: 0.5 })]).doubtful).toMatch(/took 50% of a core/);
    expect(closed([sampleOf(100, { errors: 3 })]).doubtful).toMatch(/3 connections or answers/);
  });

  test('where the load generator was busier than the server says so', () => {
    expect(closed([sampleOf(100, { loadBusy: 0.99, serverBusy: 0.8 })]).loadBound).toBe(true);
    expect(closed([sampleOf(100, { loadBusy: 0.95, serverBusy: 1 })]).loadBound).toBe(false);
  });

  test('has the counters of the host a request', () => {
    const { perRequest } = comparison().cells.find(
      ({ contender, scenario: at }) => contender === 'node-select' && at.idle === 100,
    ) ?? { perRequest: undefined };
    expect(perRequest).toMatchObject({ fdsPerWait: 150, hitRate: 0.06 });
    expect(perRequest?.syscallsTotal).toBeCloseTo(0.19);
  });
});

test('scenarios: each list beside the other’s middle, or all combinations', () => {
  const of = (cross: boolean) =>
    scenariosOf([1, 50], [0, 100], cross).map(({ active, idle }) => `${active}+${idle}`);
  expect(of(false)).toEqual(['1+0', '50+0', '50+100']);
  expect(of(true)).toEqual(['1+0', '1+100', '50+0', '50+100']);
});

test('the charts hold what was measured, and nothing in the place of what was not', () => {
  const charts = chartsOf(comparison());
  const rate = charts.find(({ id }) => id === 'rate-open');
  expect(rate?.x).toEqual([50, 150, 1050]);
  expect(rate?.series.find(({ name }) => name === 'node-select')?.y[2]).toBeNull();
  expect(new Set(charts.map(({ id }) => id)).size).toBe(charts.length);
});

test('a bar that is doubtful, or that the load generator limited, is marked as a point is', () => {
  const all = comparison();
  const cells = all.cells.map((cell) =>
    cell.contender === 'c-epoll' ? { ...cell, loadBound: true } : cell,
  );
  const rates = chartsOf({ ...all, cells }).find(({ id }) => id === 'rates');
  const at = rates?.x.indexOf('c-epoll') ?? -1;
  expect(rates?.remarks?.[0]?.[at]).toBe('The load generator was the limit.');
  expect(rates?.remarks?.[0]?.[0]).toBeNull();
});

test('CSV has a line for each sample, and for what was not measured, with the reason', () => {
  const lines = csvOf(comparison()).trimEnd().split('\r\n');
  expect(lines[0]).toMatch(/^contender,active,idle,repetition,requests,rate,/);
  expect(lines.length).toBe(1 + 3 * (comparison().cells.length - 1) + 1);
  expect(lines[1]).toMatch(/^node-epoll,1,0,1,10000,10000,40,200,0,6,2,4,/);
  // The counters of the host: waits, events, descriptors handed over and looked at, bytes, calls.
  expect(lines[1]).toMatch(/,1000,9000,0,9000,0,1000000,1000000,19000,$/);
  expect(lines).toContain(
    `node-select,50,1000,1,${','.repeat(23)}"select holds 1,024 descriptors."`,
  );
});

describe('a baseline', () => {
  const now = comparison();

  test('that is the same tells of no change', () => {
    expect(compareWith(now, now.cells).map(({ verdict }) => verdict)).not.toContain('worse');
  });

  test('that was better tells of what is worse, and the other way round', () => {
    const slower = now.cells.map((cell) => {
      const figures = cell.figures && {
        ...cell.figures,
        cpuUs: { median: 12, min: 12, max: 12, spread: 0 },
      };
      return figures ? { ...cell, figures } : cell;
    });
    const verdicts = (baseline: typeof now, cells: typeof now.cells) =>
      compareWith(baseline, cells)
        .filter(({ figure }) => figure === 'cpuUs')
        .map(({ verdict }) => verdict);
    expect(new Set(verdicts(now, slower))).toEqual(new Set(['worse']));
    expect(new Set(verdicts({ ...now, cells: slower }, now.cells))).toEqual(new Set(['better']));
  });

  test('tells nothing by the times of a doubtful cell, but by its calls', () => {
    const [first] = now.cells;
    if (first?.figures === undefined || first.perRequest === undefined) throw new Error('no cell');
    const more = { ...first.perRequest, syscallsTotal: first.perRequest.syscallsTotal * 2 };
    const figures = { ...first.figures, cpuUs: { median: 12, min: 12, max: 12, spread: 0 } };
    const told = (doubtful: object) =>
      compareWith(now, [{ ...first, figures, perRequest: more, ...doubtful }])
        .filter(({ verdict }) => verdict === 'worse')
        .map(({ figure }) => figure);
    expect(told({})).toEqual(['cpuUs', 'syscalls']);
    expect(told({ doubtful: 'Other programs ran.' })).toEqual(['syscalls']);
  });

  test('that has what fails now tells of it as worse', () => {
    const [first] = now.cells;
    if (first === undefined) throw new Error('no cell');
    const { figures: _, ...rest } = first;
    const changes = compareWith(now, [{ ...rest, samples: [null], skipped: 'It did not start.' }]);
    expect(changes).toMatchObject([{ figure: 'rate', now: 0, verdict: 'worse' }]);
  });

  test('that is none is refused', () => {
    const file = join(folder, 'none.json');
    expect(() => readBaseline(file, 64)).toThrow(/cannot be read: ENOENT/);
    writeFileSync(file, '{');
    expect(() => readBaseline(file, 64)).toThrow(/cannot be read/);
    writeFileSync(file, '{"schema":2}');
    expect(() => readBaseline(file, 64)).toThrow(/no result of pollux compare/);
    // What --chain writes has cells too.
    writeFileSync(file, '{"schema":1,"pairs":[100],"cells":[]}');
    expect(() => readBaseline(file, 64)).toThrow(/no result of pollux compare/);
    writeFileSync(file, JSON.stringify(now));
    expect(() => readBaseline(file, 1024)).toThrow(/of 64 bytes: compare with --size 64/);
    expect(readBaseline(file, 64).cells.length).toBe(now.cells.length);
  });
});
