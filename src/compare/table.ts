// SPDX-License-Identifier: MIT
// The result as a table for a terminal, while it grows and at the end.

import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import type { Colors } from 'picocolors/types.js';
import type { Cell, Claim, Comparison, Scenario } from './result.ts';
import { spreadText } from './statistics.ts';

const whole = (value: number) => Math.round(value).toLocaleString('en-US');
const NOTHING = '';
const sameScenario = (a: Scenario, b: Scenario) => a.active === b.active && a.idle === b.idle;

function row(cell: Cell, colors: Colors): string[] {
  const { figures, perRequest: counters } = cell;
  if (figures === undefined)
    return [cell.contender, colors.dim(cell.skipped === undefined ? '…' : 'not measured')];
  const ratio = (value: number | undefined) => (value === undefined ? NOTHING : value.toFixed(2));
  const mark = cell.doubtful === undefined ? '' : ' ?';
  const bound = cell.loadBound ? ' ^' : '';
  return [
    cell.contender,
    `${whole(figures.rate.median)}${colors.yellow(mark)}${colors.yellow(bound)}`,
    spreadText(cell),
    ratio(cell.toLimit?.median),
    ratio(cell.toNode?.median),
    figures.cpuUs.median.toFixed(1),
    whole(figures.p50Us.median),
    whole(figures.p99Us.median),
    counters === undefined ? NOTHING : counters.syscallsTotal.toFixed(2),
    counters?.fdsPerWait == null
      ? NOTHING
      : counters.fdsPerWait.toFixed(counters.fdsPerWait < 10 ? 2 : 0),
    counters?.hitRate == null ? NOTHING : `${Math.round(counters.hitRate * 100)}%`,
  ];
}

const HEAD = [
  ...['', 'req/s', 'spread', 'to C', 'to node', 'CPU us', 'p50 us', 'p99 us'],
  ...['calls/req', 'fds/wait', 'hit rate'],
];

/** What a narrow terminal goes without, the least telling first; the name, the rate and CPU us always stay. */
const SPARE = [
  ...['p50 us', 'spread', 'hit rate', 'fds/wait', 'p99 us', 'calls/req', 'to node', 'to C'],
];

/** Which columns a terminal of this width has place for. */
export function columnsFor(cells: readonly Cell[], width: number, colors: Colors): number[] {
  const rows = [HEAD, ...cells.map((cell) => row(cell, colors)).filter(({ length }) => length > 2)];
  const names = cells.map(({ contender }) => contender.length);
  const widths = HEAD.map((_, i) =>
    Math.max(...rows.map((texts) => stripVTControlCharacters(texts[i] ?? '').length)),
  );
  widths[0] = Math.max(0, ...names);
  const kept = new Set(HEAD.keys());
  // Each column has a line and a space at both sides; one more line ends the row.
  const needed = () => [...kept].reduce((sum, i) => sum + (widths[i] ?? 0) + 3, 1);
  for (const name of SPARE) if (needed() > width) kept.delete(HEAD.indexOf(name));
  return [...kept];
}

/** One scenario: a line for each contender, the fastest first; of these columns. */
export function scenarioTable(
  all: readonly Cell[],
  scenario: Scenario,
  colors: Colors,
  columns: readonly number[] = [...HEAD.keys()],
): string {
  const cells = all
    .filter((cell) => sameScenario(cell.scenario, scenario))
    .sort((a, b) => (b.figures?.rate.median ?? -1) - (a.figures?.rate.median ?? -1));
  const table = new Table({
    head: columns.map((i) => colors.bold(HEAD[i] ?? '')),
    colAligns: ['left', ...columns.slice(1).map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  });
  for (const cell of cells) {
    const texts = row(cell, colors);
    const [name = '', reason = ''] = texts;
    if (texts.length > 2) table.push(columns.map((i) => texts[i] ?? NOTHING));
    else table.push([name, { content: reason, colSpan: columns.length - 1, hAlign: 'left' }]);
  }
  const idle = scenario.idle.toLocaleString('en-US');
  return `${colors.bold(`${scenario.active} active, ${idle} idle`)}\n${table.toString()}`;
}

const PAINT: Record<Claim['verdict'], 'green' | 'yellow' | 'red' | 'dim'> = {
  holds: 'green',
  'holds in part': 'yellow',
  'does not hold': 'red',
  'not measured': 'dim',
};

function claimText(claim: Claim, colors: Colors): string {
  const { number, title, verdict, figure, why, doubtful } = claim;
  const paint = colors[PAINT[verdict]];
  const doubt = doubtful === undefined ? '' : `\n    ${colors.yellow(`? ${doubtful}`)}`;
  return `${String(number).padStart(2)}. ${colors.bold(title)}\n    ${paint(verdict)}. ${figure}\n    ${colors.dim(why)}${doubt}`;
}

const NOTHING_IN_COMMON =
  'nothing that both have measured soundly, with the same contender and connections';

/** The lines of a text, none longer than `width` unless a word is; each begins as the one that it goes on from. */
export function wrapped(text: string, width: number): string {
  const length = (words: string) => stripVTControlCharacters(words).length;
  const wrap = (line: string) => {
    const indent = /^ */.exec(line)?.[0] ?? '';
    const lines = [indent];
    for (const word of line.slice(indent.length).split(' ')) {
      const last = lines.at(-1) ?? indent;
      const isFirst = last === indent;
      if (!isFirst && length(last) + 1 + length(word) > width) lines.push(`${indent}${word}`);
      else lines[lines.length - 1] = isFirst ? `${indent}${word}` : `${last} ${word}`;
    }
    return lines.join('\n');
  };
  return width === Number.POSITIVE_INFINITY ? text : text.split('\n').map(wrap).join('\n');
}

/** All of it, for the end; `width` is that of the terminal. */
export function report(
  result: Comparison,
  colors: Colors,
  width = Number.POSITIVE_INFINITY,
): string {
  const { cells, scenarios, claims, baseline, summary } = result;
  const reached = cells.filter(
    ({ figures, skipped }) => figures !== undefined || skipped !== undefined,
  );
  const columns = columnsFor(reached, width, colors);
  const parts = scenarios
    .filter((scenario) => reached.some((cell) => sameScenario(cell.scenario, scenario)))
    .map((scenario) => scenarioTable(cells, scenario, colors, columns));
  const absent = HEAD.filter((_, i) => !columns.includes(i));
  if (absent.length > 0)
    parts.push(
      `A terminal of ${width} columns has no place for ${absent.join(', ')}: --html and --json have all.`,
    );
  const failures = reasons(cells, ({ skipped }) => skipped);
  if (failures.length > 0) parts.push(['Not measured:', ...failures].join('\n  '));
  const doubts = reasons(cells, ({ doubtful }) => doubtful);
  if (doubts.length > 0) parts.push(['Marked by ?, doubtful:', ...doubts].join('\n  '));
  if (cells.some(({ loadBound }) => loadBound))
    parts.push(
      '^ The load generator was the limit: that server can do more. CPU us is the figure to trust.',
    );
  if (claims.length > 0) parts.push(claims.map((claim) => claimText(claim, colors)).join('\n\n'));
  const changes = baseline?.changes.filter(({ verdict }) => verdict !== 'same') ?? [];
  if (baseline)
    parts.push(
      changes.length === 0
        ? `Against the baseline of ${baseline.date}: ${baseline.changes.length === 0 ? NOTHING_IN_COMMON : 'no change beyond the spread'}.`
        : [
            `Against the baseline of ${baseline.date}:`,
            ...changes.map(({ contender, scenario, figure, before, now, verdict }) => {
              const where = `${contender}, ${scenario.active} active, ${scenario.idle} idle`;
              const paint = verdict === 'worse' ? colors.red : colors.green;
              return `  ${paint(verdict)}: ${where}: ${figure} ${before.toPrecision(3)} -> ${now.toPrecision(3)}`;
            }),
          ].join('\n'),
    );
  if (summary.length > 0) parts.push(summary.join('\n'));
  // The tables fit, and are no words.
  return parts.map((part) => (part.includes('│') ? part : wrapped(part, width))).join('\n\n');
}

/** Lines of reasons; --json and the page have all. */
const MOST_REASONS = 8;

/** Each reason once a contender, with the scenario where there is one. */
function reasons(cells: readonly Cell[], of: (cell: Cell) => string | undefined): string[] {
  const places = new Map<string, Scenario[]>();
  for (const cell of cells) {
    const reason = of(cell);
    if (reason === undefined) continue;
    const key = JSON.stringify([cell.contender, reason]);
    places.set(key, [...(places.get(key) ?? []), cell.scenario]);
  }
  const all = [...places].map(([key, where]) => {
    const [contender, reason] = JSON.parse(key) as [string, string];
    const [first] = where;
    const place =
      where.length === 1
        ? `${first?.active} active, ${whole(first?.idle ?? 0)} idle`
        : `in ${where.length} scenarios`;
    return `${contender}, ${place}: ${reason}`;
  });
  const more = all.length - MOST_REASONS;
  return more > 0 ? [...all.slice(0, MOST_REASONS), `and ${more} more (--json has all)`] : all;
}
