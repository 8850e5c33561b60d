// SPDX-License-Identifier: MIT
// Prints the results: tables for the terminal, and a shorter one in Markdown for the README.

import { readFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import Table from 'cli-table3';
import pc from 'picocolors';
import { DISTURBED, find, middle, ratio, spread, taken } from './statistics.mjs';

/**
 * @typedef {import('./statistics.mjs').Cell} Cell
 * @typedef {object} Results
 * @property {Cell[]} cells
 * @property {import('../../src/compare/result.ts').Scenario[]} scenarios
 * @property {string[]} order names of the servers
 * @property {import('./statistics.mjs').Startup | null} startup
 * @property {import('./statistics.mjs').Target[]} targets
 * @property {{ name: string, reason: string }[]} missing
 * @property {string} machine
 * @property {string} command
 */

/** One line on where the figures come from. */
export function machineLine() {
  const memory = /MemTotal:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? '0';
  const cores = cpus();
  return [
    `${cores.length} cores ${cores[0]?.model ?? ''}`.trim(),
    `${Math.round(Number(memory) / 1048576)} GiB`,
    `Linux ${release()}`,
    `Node ${process.versions.node}`,
  ].join(', ');
}

/** @param {number} value @param {number} digits */
const fixed = (value, digits) => (Number.isNaN(value) ? '-' : value.toFixed(digits));
/** @param {number} rate */
const thousands = (rate) =>
  rate >= 9950 ? `${Math.round(rate / 1000)} k` : `${fixed(rate / 1000, 1)} k`;
/** @param {number} share */
const percent = (share) => `${fixed(share * 100, 0)}%`;
/** @param {import('../../src/compare/result.ts').Scenario} s */
const title = (s) => `${s.active} active, ${s.idle.toLocaleString('en')} idle`;

/** @param {Results} results @param {import('../../src/compare/result.ts').Scenario} scenario */
function scenarioTable(results, scenario) {
  const table = new Table({
    head: [
      'server',
      'req/s',
      'spread',
      'to C',
      'to node',
      'p50 us',
      'p99 us',
      'CPU us/req (user+sys)',
      'CPU to C',
      'busy',
      'load',
      'waits/1k',
      ...(scenario.idle > 0 ? ['B/idle'] : []),
      'errors',
      'n',
    ],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', ...Array(14).fill('right')],
  });
  const c = find(results.cells, 'c-epoll', scenario);
  const node = find(results.cells, 'node-net', scenario);
  for (const name of results.order) {
    const cell = find(results.cells, name, scenario);
    if (!cell) continue;
    if (taken(cell).length === 0) {
      table.push([
        name,
        { colSpan: scenario.idle > 0 ? 14 : 13, content: pc.dim(cell.skipped ?? 'not measured') },
      ]);
      continue;
    }
    const errors = taken(cell).reduce((sum, sample) => sum + sample.errors, 0);
    table.push([
      name,
      pc.bold(thousands(middle(cell, 'rate'))),
      percent(spread(cell)),
      fixed(ratio(cell, c), 2),
      fixed(ratio(cell, node), 2),
      fixed(middle(cell, 'p50Us'), 0),
      fixed(middle(cell, 'p99Us'), 0),
      `${fixed(middle(cell, 'cpuUs'), 2)} (${fixed(middle(cell, 'userUs'), 1)}+${fixed(middle(cell, 'systemUs'), 1)})`,
      fixed(ratio(cell, c, 'cpuUs'), 2),
      percent(middle(cell, 'serverBusy')),
      percent(middle(cell, 'loadBusy')),
      `${fixed(middle(cell, 'voluntary'), 0)}+${fixed(middle(cell, 'involuntary'), 0)}`,
      ...(scenario.idle > 0 ? [fixed(middle(cell, 'idleBytes'), 0)] : []),
      errors > 0 ? pc.red(String(errors)) : '0',
      taken(cell).length,
    ]);
  }
  return `${pc.bold(title(scenario))}\n${table}`;
}

/** @param {Results} results */
function warnings(results) {
  const lines = results.missing.map(({ name, reason }) => `${name} was left out: ${reason}`);
  const samples = results.cells.flatMap(taken);
  const disturbed = samples.filter((sample) => sample.foreign > DISTURBED);
  if (disturbed.length > 0) {
    const worst = Math.max(...disturbed.map((sample) => sample.foreign));
    lines.push(
      `other work took more than 10% of a core in ${disturbed.length} of ${samples.length} runs ` +
        `(up to ${percent(worst)}): trust the ratios little, and the rates less`,
    );
  }
  const c = results.cells.filter((cell) => cell.server === 'c-epoll' && taken(cell).length > 0);
  const limited = c.filter(
    (cell) => middle(cell, 'serverBusy') < 0.95 && middle(cell, 'loadBusy') > 0.95,
  );
  if (limited.length > 0)
    lines.push(
      `the load generator, not the server, was the limit of c-epoll at ${limited
        .map((cell) => title(cell.scenario))
        .join('; ')}: there compare CPU a request`,
    );
  return lines;
}

/** @param {Results} results */
export function print(results) {
  for (const scenario of results.scenarios) console.log(`\n${scenarioTable(results, scenario)}`);
  if (results.targets.length > 0) console.log(`\n${pc.bold('targets')}`);
  const table = new Table({
    head: ['', 'goal', 'measured', ''],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, goal, value, met } of results.targets) {
    const verdict = met === null ? pc.dim('-') : met ? pc.green('met') : pc.red('not met');
    table.push([name, goal, value, verdict]);
  }
  if (results.targets.length > 0) console.log(String(table));
  const { startup } = results;
  if (startup)
    console.log(
      `startup: node -e 0 ${fixed(startup.nodeMs, 1)} ms, pollux run to the first echoed byte ` +
        `${fixed(startup.polluxMs, 1)} ms (medians of ${startup.times})`,
    );
  for (const line of warnings(results)) console.log(pc.yellow(`note: ${line}`));
  console.log(pc.dim(`${results.machine}\n${results.command}`));
}

/**
 * Servers down, scenarios across: rate, and the ratio to C.
 *
 * @param {Results} results
 */
export function markdown(results) {
  const { scenarios, cells, order } = results;
  const many = scenarios.findLast((scenario) => scenario.idle > 0);
  const head = ['server', ...scenarios.map(title), ...(many ? ['memory for each idle one'] : [])];
  const rows = order.map((name) => {
    const figures = scenarios.map((scenario) => {
      const cell = find(cells, name, scenario);
      if (!cell || taken(cell).length === 0) return '-';
      const toC = ratio(cell, find(cells, 'c-epoll', scenario));
      return `${thousands(middle(cell, 'rate'))}/s${Number.isNaN(toC) ? '' : ` (${fixed(toC, 2)})`}`;
    });
    const cell = many && find(cells, name, many);
    const bytes = cell && taken(cell).length > 0 ? `${fixed(middle(cell, 'idleBytes'), 0)} B` : '-';
    return [name, ...figures, ...(many ? [bytes] : [])];
  });
  const line = (/** @type {string[]} */ columns) => `| ${columns.join(' | ')} |`;
  const goals = results.targets.map(
    ({ name, goal, value, met }) =>
      `- ${name}: ${value} (goal ${goal}, ${met === null ? 'not measured' : met ? 'met' : 'not met'})`,
  );
  return [
    line(head),
    line(head.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...rows.map(line),
    '',
    ...goals,
    '',
    `In parentheses: the ratio to C on epoll. ${results.machine}; \`${results.command}\`.`,
  ].join('\n');
}
