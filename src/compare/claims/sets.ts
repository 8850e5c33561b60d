// SPDX-License-Identifier: MIT
// Claims 1, 2 and 4: what is handed to the kernel, what it looks at, and what of that is ready.

import type { ClaimContext, ClaimTest, Measured } from './context.ts';
import { lines, listed, nice, verdictOf } from './say.ts';

const ACTIVE = 10;
/** Up to where select can follow. */
const IDLE = [0, 90, 400, 900];
const LAST = IDLE.length - 1;
const OPEN = IDLE.map((idle) => idle + ACTIVE);
const MOST = OPEN[LAST] ?? 0;
const CONNECTIONS_GROW = MOST / (OPEN[0] ?? 1);

/** One figure of each backend over all counts of connections. */
type Rows = Readonly<Record<string, readonly number[]>>;

/** All backends over all counts of idle connections; the three claims look at the same measurements. */
async function sweep(context: ClaimContext) {
  const names = context.backends('select', 'poll', 'epoll', 'epoll-et', 'sigio', 'io-uring');
  const columns: (readonly Measured[])[] = [];
  for (const idle of IDLE)
    columns.push(
      await context.servers(
        names.map((backend) => ({ backend })),
        { active: ACTIVE, idle },
      ),
    );
  const rows = (of: (one: Measured) => number): Rows =>
    Object.fromEntries(
      names.map((name, i) => [name, columns.map((column) => of(column[i] as Measured))]),
    );
  return { names, columns, rows };
}

const only = (rows: Rows, ...names: string[]): Rows =>
  Object.fromEntries(Object.entries(rows).filter(([name]) => names.includes(name)));

/** The figures with the most connections, `select 910, poll 911`. */
const atMost = (rows: Rows, unit = '') =>
  listed(
    Object.keys(rows),
    Object.values(rows).map((row) => row[LAST] ?? Number.NaN),
    unit,
  );

/** How much more it is with the most connections than with the fewest. */
const growth = (row: readonly number[] = []) => (row[LAST] ?? 0) / Math.max(row[0] ?? 0, 1e-9);
/** Half of what proportional growth would be is still linear. */
const isLinear = (row: readonly number[] | undefined) => growth(row) > CONNECTIONS_GROW / 2;
const perWait = (value: number, { counters }: Measured) => value / Math.max(counters.waits, 1e-9);

export const copies: ClaimTest = {
  number: 1,
  title: 'select copies the whole set into the kernel on each call; epoll registers once.',
  costS: 100,
  async measure(context) {
    const { rows } = await sweep(context);
    const shown = ['select', 'poll', 'epoll', 'io-uring'];
    const handed = only(
      rows(({ counters }) => counters.fdsPerWait ?? 0),
      ...shown,
    );
    const bytes = only(
      rows((one) => perWait(one.counters.interestBytes, one)),
      ...shown,
    );
    const once = (handed.epoll?.[LAST] ?? Number.NaN) < 0.1;
    return {
      verdict: verdictOf(isLinear(handed.select), once),
      figure: `With ${MOST} connections, of which ${ACTIVE} are active, descriptors handed over at each wait: ${atMost(handed)}; bytes copied: ${atMost(bytes)}.`,
      why: 'select and poll keep nothing in the kernel between calls, so each call brings everything; epoll keeps the set, and only changes are told.',
      chart: lines(
        'Descriptors handed to the kernel',
        ['open connections', 'descriptors a wait'],
        'log',
        OPEN,
        handed,
      ),
    };
  },
};

/** Whether the cost of one grows more than that of the other in each repetition. */
function growsMore(columns: readonly (readonly Measured[])[], one: number, other: number): boolean {
  const costs = (at: number, repetition: number) =>
    columns.map((column) => column[at]?.samples[repetition]?.cpuUs ?? Number.NaN);
  const repetitions = columns[0]?.[one]?.samples ?? [];
  return repetitions.every((_, i) => growth(costs(one, i)) > growth(costs(other, i)));
}

export const scans: ClaimTest = {
  number: 2,
  title: "select and poll scan all descriptors, and their cost grows linearly; epoll's does not.",
  costS: 1,
  async measure(context) {
    const { names, columns, rows } = await sweep(context);
    const scanned = rows((one) => perWait(one.counters.fdsScanned, one));
    const cpu = rows(({ cpuUs }) => cpuUs);
    const [select, poll, epoll] = ['select', 'poll', 'epoll'].map((name) => names.indexOf(name));
    const dearer = [select, poll].every((at = -1) => growsMore(columns, at, epoll ?? -1));
    const linear = isLinear(scanned.select) && isLinear(scanned.poll);
    return {
      verdict: verdictOf(linear, growth(scanned.epoll) < 2, dearer),
      figure: `CPU time a request with ${MOST} connections as a multiple of that with ${ACTIVE}: ${listed(names, Object.values(cpu).map(growth))}. Descriptors looked at in a wait, of ${MOST}: ${atMost(scanned)}.`,
      why: 'A wait in select or poll asks each descriptor whether it is ready; with epoll the descriptor itself enters a list when it becomes ready, and a wait reads that list.',
      chart: lines('CPU time a request', ['open connections', 'us a request'], 'log', OPEN, cpu),
    };
  },
};

export const hitRate: ClaimTest = {
  number: 4,
  title: 'epoll returns only ready descriptors: its hit rate is 100%.',
  costS: 1,
  async measure(context) {
    const { rows } = await sweep(context);
    const rates = only(
      rows(({ counters }) => 100 * (counters.hitRate ?? Number.NaN)),
      ...['select', 'poll', 'epoll'],
    );
    const epoll = rates.epoll?.[LAST] ?? 0;
    return {
      verdict: verdictOf(epoll > 90, epoll > 99),
      figure: `Of the descriptors that the kernel looked at, with ${MOST} connections, so many were ready: ${atMost(rates, '%')}.`,
      why: `epoll_wait walks the list of those that are ready; select and poll walk all ${nice(MOST)} to find the few.`,
      chart: lines(
        'Hit rate',
        ['open connections', '% of the descriptors looked at'],
        'linear',
        OPEN,
        rates,
      ),
    };
  },
};
