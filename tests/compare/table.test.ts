// SPDX-License-Identifier: MIT
// The tables of `pollux compare` in a terminal: they fit it, and claim nothing that was not measured.

import { createColors } from 'picocolors';
import { describe, expect, test } from 'vitest';
import { progressLine } from '../../src/cli/progress-line.ts';
import { closeCell } from '../../src/compare/cells.ts';
import { verdicts } from '../../src/compare/index.ts';
import { summarize } from '../../src/compare/summary.ts';
import { columnsFor, report, scenarioTable, wrapped } from '../../src/compare/table.ts';
import { comparison, contenders, sampleOf, scenarios } from './fixture.ts';

const plain = createColors(false);
const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));
const [guest] = contenders as [(typeof contenders)[0]];
const scenario = { active: 50, idle: 0 };

describe('a table', () => {
  const { cells } = comparison();
  const at = (width: number, colors = plain) =>
    scenarioTable(cells, scenario, plain, columnsFor(cells, width, colors));

  test.each([60, 80, 100])('fits a terminal of %i columns', (width) => {
    const text = at(width);
    expect(widest(text)).toBeLessThanOrEqual(width);
    for (const name of ['req/s', 'CPU us', 'node-epoll', 'c-epoll']) expect(text).toContain(name);
  });

  test('has all its columns where there is place, and colours take none', () => {
    expect(at(200)).toContain('p50 us');
    expect(columnsFor(cells, 80, createColors(true))).toEqual(columnsFor(cells, 80, plain));
  });

  test('of the report says what is left out', () => {
    expect(report(comparison(), plain, 60)).toMatch(/60 columns has no place for .*p50 us/);
    expect(report(comparison(), plain)).not.toContain('has no place');
  });
});

test('sentences are wrapped between words, as far in as they began; colours take no place', () => {
  expect(wrapped('  one two three\nfour', 10)).toBe('  one two\n  three\nfour');
  expect(wrapped('a-long-word b', 5)).toBe('a-long-word\nb');
  const red = createColors(true).red;
  expect(wrapped(`${red('one')} ${red('two')}`, 7)).toBe(`${red('one')} ${red('two')}`);
  expect(widest(report({ ...comparison(), command: '' }, plain, 60))).toBeLessThanOrEqual(60);
});

test.each([40, 60, 120])('the progress line fits a terminal of %i columns', (width) => {
  const line = progressLine(
    0.5,
    65,
    '500 active, 10000 idle: node-io-uring (3 of 3)',
    width,
    plain,
  );
  expect(line).toContain('50%, 1:05 left');
  expect(line.length).toBeLessThan(width);
});

test('one repetition has no spread', () => {
  const shown = (samples: number[]) => {
    const open = { contender: guest, scenario, samples: samples.map((rate) => sampleOf(rate)) };
    return scenarioTable([closeCell(open, undefined, undefined)], scenario, plain);
  };
  expect(shown([1000])).not.toContain('%');
  expect(shown([1000, 1100])).toContain('10%');
});

test('why something was not measured stands under the tables, once a contender', () => {
  const text = report(comparison(), plain);
  expect(text).toMatch(/node-select +│ not measured/);
  expect(text).toContain('node-select, 50 active, 1,000 idle: select holds 1,024 descriptors.');
});

test('a scenario that was not reached has no table', () => {
  const all = comparison();
  const cells = all.cells.map((cell) =>
    cell.scenario.active === 500
      ? closeCell({ contender: guest, scenario: cell.scenario, samples: [] }, undefined, undefined)
      : cell,
  );
  expect(report(all, plain)).toContain('500 active, 0 idle\n');
  expect(report({ ...all, cells }, plain)).not.toContain('500 active, 0 idle\n');
});

test('where no server was busy all the time, a sentence says that none was the limit', () => {
  const cellOf = (serverBusy: number) =>
    closeCell(
      { contender: guest, scenario, samples: [sampleOf(100, { serverBusy })] },
      undefined,
      undefined,
    );
  const said = (busy: number) => summarize([cellOf(busy)], contenders, [scenario]).join(' ');
  expect(said(0.43)).toContain('no server was the limit, but the round trip');
  expect(said(0.43)).toContain('worked 43% of the time');
  expect(said(0.99)).not.toContain('no server was the limit');
});

test('sentences count what was measured, in the number that it has', () => {
  const { cells, claims } = comparison();
  const sentences = summarize(cells, contenders, scenarios).join(' ');
  expect(sentences).toContain(`answers failed: 1 of ${cells.length - 1} results.`);
  expect(verdicts(claims)).toEqual([
    'Of the 3 claims of the article 1 holds on this machine, 1 does not hold here, 1 was not measured.',
  ]);
  expect(verdicts([])).toEqual([]);
});
