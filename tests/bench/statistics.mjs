// SPDX-License-Identifier: MIT
// Medians, spreads and paired ratios of the samples, and the targets. No printing here.

import { median, pairedRatio } from '../../dist/compare-bench.js';

/**
 * @typedef {import('../../src/compare/result.ts').Sample} Sample
 * @typedef {import('../../src/compare/result.ts').Scenario} Scenario
 *
 * @typedef {object} Cell
 * @property {string} server
 * @property {Scenario} scenario
 * @property {(Sample | null)[]} samples one a repetition; null where it was not measured
 * @property {string} [skipped] why there is no sample
 *
 * @typedef {object} Startup
 * @property {number} nodeMs
 * @property {number} polluxMs
 * @property {number} ratio
 * @property {number} times
 *
 * @typedef {object} Target
 * @property {string} name
 * @property {string} goal
 * @property {string} value
 * @property {boolean | null} met null where it was not measured
 */

/** Share of a core taken by others from which a sample is worth little. */
export const DISTURBED = 0.1;

/**
 * @param {Cell} cell
 * @returns {Sample[]}
 */
export const taken = (cell) => cell.samples.filter((sample) => sample !== null);

/**
 * The median of one figure.
 *
 * @param {Cell} cell
 * @param {keyof Sample} name
 */
export const middle = (cell, name) =>
  median(taken(cell).map((sample) => /** @type {number} */ (sample[name])));

/**
 * (max - min) / median of the rate.
 *
 * @param {Cell} cell
 */
export function spread(cell) {
  const rates = taken(cell).map((sample) => sample.rate);
  return (Math.max(...rates) - Math.min(...rates)) / median(rates);
}

/**
 * @param {Cell[]} cells
 * @param {string} server
 * @param {Scenario} scenario
 */
export const find = (cells, server, scenario) =>
  cells.find(
    (cell) =>
      cell.server === server &&
      cell.scenario.active === scenario.active &&
      cell.scenario.idle === scenario.idle,
  );

/**
 * The median over repetitions of a ratio within one: the two were measured seconds apart, so what
 * the machine did at that time touches both.
 *
 * @param {Cell | undefined} cell
 * @param {Cell | undefined} peer
 * @param {'rate' | 'cpuUs'} name
 */
export function ratio(cell, peer, name = 'rate') {
  if (!cell || !peer) return Number.NaN;
  const all = [cell, peer].map(({ samples }) => samples.map((one) => one?.[name] ?? null));
  return pairedRatio(all[0] ?? [], all[1] ?? [])?.median ?? Number.NaN;
}

const GUEST = 'pollux-epoll';

/** Idle connections beside 50 active, and how many times as fast as Wasmtime 46 a component is to be at least. */
const COMPONENTS = [
  [0, 0.6],
  [1000, 3],
  [5000, 12],
];

/**
 * What a component on the current Wasmtime does, to the module on the last one with preview 1 sockets: the better of
 * the two templates.
 *
 * @param {Cell[]} cells
 * @returns {[string, number, 'least', number, string][]}
 */
function componentRows(cells) {
  return COMPONENTS.map(([idle = 0, bound = 0]) => {
    const scenario = { active: 50, idle };
    const old = find(cells, 'wasmtime-46', scenario);
    const ratios = ['0.2', '0.3']
      .map((wasi) => ratio(find(cells, `wasmtime-49-wasi-${wasi}`, scenario), old))
      .filter((value) => !Number.isNaN(value));
    const best = ratios.length > 0 ? Math.max(...ratios) : Number.NaN;
    const beside = idle === 0 ? '' : ` + ${idle.toLocaleString('en-US')} idle`;
    return [`component, 50 active${beside}, rate to Wasmtime 46`, best, 'least', bound, ''];
  });
}

/**
 * What issue and README promise, beside what was measured.
 *
 * @param {Cell[]} cells
 * @param {Startup | null} startup
 * @returns {Target[]}
 */
export function targets(cells, startup) {
  const calm = { active: 50, idle: 0 };
  const crowded = { active: 50, idle: 15000 };
  const guest = find(cells, GUEST, calm);
  const many = find(cells, GUEST, crowded);
  const memory = many && taken(many).length > 0 ? middle(many, 'idleBytes') : Number.NaN;
  /** @type {[string, number, 'least' | 'most', number, string][]} */
  const rows = [
    ['50 active, rate to C epoll', ratio(guest, find(cells, 'c-epoll', calm)), 'least', 0.97, ''],
    ['50 active, rate to node:net', ratio(guest, find(cells, 'node-net', calm)), 'least', 1.5, ''],
    [
      '50 active + 15,000 idle, rate to C epoll',
      ratio(many, find(cells, 'c-epoll', crowded)),
      'least',
      0.85,
      '',
    ],
    ['memory for each idle connection', memory, 'most', 600, ' B'],
    ['first byte served, to node -e 0', startup?.ratio ?? Number.NaN, 'most', 1.5, ''],
    ...componentRows(cells),
  ];
  return rows.map(([name, value, sense, bound, unit]) => ({
    name,
    goal: `${sense === 'least' ? '>=' : '<='} ${bound}${unit}`,
    value: Number.isNaN(value) ? 'not measured' : `${value.toFixed(unit ? 0 : 2)}${unit}`,
    met: Number.isNaN(value) ? null : sense === 'least' ? value >= bound : value <= bound,
  }));
}
