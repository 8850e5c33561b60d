// SPDX-License-Identifier: MIT
// Claims 1, 2 and 4: what is handed to the kernel, what it looks at, and what of that is ready.

import type { ClaimChart } from '../result.ts';
import { type ClaimContext, type ClaimTest, listed, type Measured, nice } from './context.ts';

const ACTIVE = 10;
/** Up to where select can follow. */
const IDLE = [0, 90, 400, 900];
const LAST = IDLE.length - 1;

/** All backends over all counts of idle connections. */
async function sweep(context: ClaimContext, names: readonly string[]) {
  const rows: Measured[][] = [];
  for (const name of names) {
    const row: Measured[] = [];
    for (const idle of IDLE) row.push(await context.server(name, { active: ACTIVE, idle }));
    rows.push(row);
  }
  return rows;
}

function chart(
  title: string,
  yLabel: string,
  names: readonly string[],
  rows: readonly (readonly number[])[],
): ClaimChart {
  return {
    ...{ title, kind: 'line', xLabel: 'open connections', yLabel, xScale: 'log', yScale: 'log' },
    x: IDLE.map((idle) => idle + ACTIVE),
    series: names.map((name, i) => ({ name, y: rows[i] ?? [] })),
  };
}

/** How much more it is with the most connections than with the fewest. */
const growth = (row: readonly number[] = []) => (row[LAST] ?? 0) / Math.max(row[0] ?? 0, 1e-9);
const CONNECTIONS_GROW = ((IDLE[LAST] ?? 0) + ACTIVE) / ((IDLE[0] ?? 0) + ACTIVE);
/** Half of what proportional growth would be is still linear; twice is still flat. */
const isLinear = (row: readonly number[] | undefined) => growth(row) > CONNECTIONS_GROW / 2;

export const copies: ClaimTest = {
  number: 1,
  title: 'select copies the whole set into the kernel on each call; epoll registers once.',
  costS: 60,
  async measure(context) {
    const names = context.backends('select', 'poll', 'epoll', 'io-uring');
    const rows = await sweep(context, names);
    const perWait = rows.map((row) => row.map(({ counters }) => counters.fdsPerWait ?? 0));
    const bytes = rows.map((row) =>
      row.map(({ counters }) => counters.interestBytes / Math.max(counters.waits, 1e-9)),
    );
    const [select, epoll] = [names.indexOf('select'), names.indexOf('epoll')];
    const whole = isLinear(perWait[select]);
    const once = (perWait[epoll]?.[LAST] ?? Number.NaN) < 0.1;
    const most = (IDLE[LAST] ?? 0) + ACTIVE;
    return {
      verdict: whole && once ? 'holds' : whole || once ? 'holds in part' : 'does not hold',
      figure: `With ${most} connections, of which ${ACTIVE} are active, descriptors handed over at each wait: ${listed(
        names,
        perWait.map((row) => row[LAST] ?? Number.NaN),
      )}; bytes copied: ${listed(
        names,
        bytes.map((row) => row[LAST] ?? Number.NaN),
      )}.`,
      why: 'select and poll keep nothing in the kernel between calls, so each call brings everything; epoll keeps the set, and only changes are told.',
      chart: chart('Descriptors handed to the kernel', 'descriptors a wait', names, perWait),
    };
  },
};

export const scans: ClaimTest = {
  number: 2,
  title: "select and poll scan all descriptors, and their cost grows linearly; epoll's does not.",
  costS: 30,
  async measure(context) {
    const names = context.backends('select', 'poll', 'epoll', 'epoll-et', 'sigio', 'io-uring');
    const rows = await sweep(context, names);
    const scanned = rows.map((row) =>
      row.map(({ counters }) => counters.fdsScanned / Math.max(counters.waits, 1e-9)),
    );
    const cpu = rows.map((row) => row.map(({ cpuUs }) => cpuUs));
    const at = (name: string) => names.indexOf(name);
    const scan = ['select', 'poll'].every((name) => isLinear(scanned[at(name)]));
    const flat = growth(scanned[at('epoll')]) < 2;
    const dearer = growth(cpu[at('poll')]) > growth(cpu[at('epoll')]);
    const holds = [scan, flat, dearer];
    const most = (IDLE[LAST] ?? 0) + ACTIVE;
    return {
      verdict: holds.every(Boolean)
        ? 'holds'
        : holds.some(Boolean)
          ? 'holds in part'
          : 'does not hold',
      figure: `CPU time a request with ${most} connections as a multiple of that with ${ACTIVE}: ${listed(names, cpu.map(growth))}. Descriptors looked at in a wait, of ${most}: ${listed(
        names,
        scanned.map((row) => row[LAST] ?? Number.NaN),
      )}.`,
      why: 'A wait in select or poll asks each descriptor whether it is ready; with epoll the descriptor itself enters a list when it becomes ready, and a wait reads that list.',
      chart: chart('CPU time a request', 'us a request', names, cpu),
    };
  },
};

export const hitRate: ClaimTest = {
  number: 4,
  title: 'epoll returns only ready descriptors: its hit rate is 100%.',
  costS: 5,
  async measure(context) {
    const names = context.backends('epoll', 'poll', 'select');
    const rows = await sweep(context, names);
    const rates = rows.map((row) => row.map(({ counters }) => 100 * (counters.hitRate ?? 0)));
    const epoll = rates[0]?.[LAST] ?? 0;
    const most = (IDLE[LAST] ?? 0) + ACTIVE;
    return {
      verdict: epoll > 99 ? 'holds' : epoll > 90 ? 'holds in part' : 'does not hold',
      figure: `Of the descriptors that the kernel looked at, with ${most} connections, so many were ready: ${listed(
        names,
        rates.map((row) => row[LAST] ?? Number.NaN),
        '%',
      )}.`,
      why: `epoll_wait walks the list of those that are ready; select and poll walk all ${nice(most)} to find the few.`,
      chart: {
        ...chart('Hit rate', '% of the descriptors looked at', names, rates),
        yScale: 'linear',
      },
    };
  },
};
