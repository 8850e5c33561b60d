// SPDX-License-Identifier: MIT
// The result as a table for a terminal, while it grows and at the end.

import Table from 'cli-table3';
import type { Colors } from 'picocolors/types.js';
import type { Cell, Claim, Comparison, Scenario } from './result.ts';

const whole = (value: number) => Math.round(value).toLocaleString('en-US');
const NOTHING = '';

function row(cell: Cell, colors: Colors): string[] {
  const { figures, perRequest: counters } = cell;
  if (figures === undefined) return [cell.contender, colors.dim(cell.skipped ?? '…')];
  const ratio = (value: number | undefined) => (value === undefined ? NOTHING : value.toFixed(2));
  const mark = cell.doubtful === undefined ? '' : ' ?';
  const bound = cell.loadBound ? ' ^' : '';
  return [
    cell.contender,
    `${whole(figures.rate.median)}${colors.yellow(mark)}${colors.yellow(bound)}`,
    `${Math.round(figures.rate.spread * 100)}%`,
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

/** One scenario: a line for each contender, the fastest first. */
export function scenarioTable(all: readonly Cell[], scenario: Scenario, colors: Colors): string {
  const cells = all
    .filter(
      (cell) => cell.scenario.active === scenario.active && cell.scenario.idle === scenario.idle,
    )
    .sort((a, b) => (b.figures?.rate.median ?? -1) - (a.figures?.rate.median ?? -1));
  const table = new Table({
    head: HEAD.map((text) => colors.bold(text)),
    colAligns: ['left', ...HEAD.slice(1).map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  });
  for (const cell of cells) {
    const [name = '', ...rest] = row(cell, colors);
    if (rest.length > 1) table.push([name, ...rest]);
    else table.push([name, { content: rest[0] ?? '', colSpan: HEAD.length - 1, hAlign: 'left' }]);
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

/** All of it, for the end. */
export function report(result: Comparison, colors: Colors): string {
  const { cells, scenarios, claims, baseline, summary } = result;
  const parts = scenarios.map((scenario) => scenarioTable(cells, scenario, colors));
  if (cells.some(({ doubtful }) => doubtful !== undefined))
    parts.push(['Marked by ?, doubtful:', ...doubts(cells)].join('\n  '));
  if (cells.some(({ loadBound }) => loadBound))
    parts.push(
      '^ The load generator was the limit: that server can do more. CPU us is the figure to trust.',
    );
  if (claims.length > 0) parts.push(claims.map((claim) => claimText(claim, colors)).join('\n\n'));
  const changes = baseline?.changes.filter(({ verdict }) => verdict !== 'same') ?? [];
  if (baseline)
    parts.push(
      changes.length === 0
        ? `Against the baseline of ${baseline.date}: no change beyond the spread.`
        : [
            `Against the baseline of ${baseline.date}:`,
            ...changes.map(({ contender, scenario, figure, before, now, verdict }) => {
              const where = `${contender}, ${scenario.active} active, ${scenario.idle} idle`;
              const paint = verdict === 'worse' ? colors.red : colors.green;
              return `  ${paint(verdict)}: ${where}: ${figure} ${before.toPrecision(3)} -> ${now.toPrecision(3)}`;
            }),
          ].join('\n'),
    );
  parts.push(summary.join('\n'));
  return parts.join('\n\n');
}

/** Lines of reasons; --json and the page have all. */
const MOST_DOUBTS = 8;

function doubts(cells: readonly Cell[]): string[] {
  const all = cells.flatMap(({ contender, scenario, doubtful }) =>
    doubtful === undefined
      ? []
      : [`${contender}, ${scenario.active} active, ${scenario.idle} idle: ${doubtful}`],
  );
  const more = all.length - MOST_DOUBTS;
  return more > 0 ? [...all.slice(0, MOST_DOUBTS), `and ${more} more (--json has all)`] : all;
}
