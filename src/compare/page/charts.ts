// SPDX-License-Identifier: MIT
// Which charts the page has, as plain data: the server makes tables of it, the browser draws it.

import type { Cell, ClaimChart, Comparison, Scenario } from '../result.ts';

/** A chart with what is said under it. */
export interface Chart extends ClaimChart {
  readonly id: string;
  /** One sentence on how to read it. */
  readonly note: string;
  /** Bars one on the other. */
  readonly stacked?: boolean;
  /** What is to be said of a value, by series and place in `x`: why it is doubtful, or is not there. */
  readonly remarks?: readonly (readonly (string | null)[])[];
}

/** What a logarithmic axis shows in the place of less, which it has no place for. */
export const FLOOR = 0.01;

const whole = (value: number) => value.toLocaleString('en-US');

type Read = (cell: Cell) => number | null | undefined;

interface Lines {
  readonly id: string;
  readonly title: string;
  readonly yLabel: string;
  readonly note: string;
  readonly yScale: 'linear' | 'log';
  readonly read: Read;
}

const RATE: Lines = {
  id: 'rate',
  title: 'Requests a second',
  yLabel: 'requests a second',
  note: 'Higher is better.',
  yScale: 'linear',
  read: ({ figures }) => figures?.rate.median,
};
const CPU: Lines = {
  id: 'cpu',
  title: 'CPU time a request',
  yLabel: 'us a request',
  note: 'Lower is better. The server’s own time, in user space and in the kernel.',
  yScale: 'log',
  read: ({ figures }) => figures?.cpuUs.median,
};
const LATENCY: Lines = {
  id: 'p99',
  title: 'Slowest hundredth of the answers (p99)',
  yLabel: 'us',
  note: 'Lower is better. Round trip, as the client sees it.',
  yScale: 'log',
  read: ({ figures }) => figures?.p99Us.median,
};
const CALLS: Lines = {
  id: 'calls',
  title: 'System calls a request',
  yLabel: 'calls a request',
  note: 'Lower is better. All kinds, as the host counts them.',
  yScale: 'log',
  read: ({ perRequest }) => perRequest?.syscallsTotal,
};
const INTEREST: Lines = {
  id: 'fds',
  title: 'Descriptors handed to the kernel at each wait',
  yLabel: 'descriptors a wait',
  note: 'select and poll hand over all of them, each time. What is below 0.01 is drawn at 0.01.',
  yScale: 'log',
  read: ({ perRequest }) => perRequest?.fdsPerWait,
};
const BYTES: Lines = {
  id: 'bytes',
  title: 'Bytes of interest sets and events copied a request',
  yLabel: 'bytes a request',
  note: 'In and out of the kernel, to say what to wait for and what came.',
  yScale: 'log',
  read: ({ perRequest }) => perRequest?.interestBytes,
};
const HITS: Lines = {
  id: 'hits',
  title: 'Hit rate',
  yLabel: '% ready',
  note: 'Which part of the descriptors that the kernel looked at was ready.',
  yScale: 'linear',
  read: ({ perRequest }) => (perRequest?.hitRate == null ? null : 100 * perRequest.hitRate),
};

function lines(
  result: Comparison,
  what: Lines,
  scenarios: readonly Scenario[],
  by: 'active' | 'open',
): Chart[] {
  if (scenarios.length < 2) return [];
  const series = result.contenders.flatMap(({ name }) => {
    const y = scenarios.map((scenario) => {
      const cell = cellAt(result, name, scenario);
      return (cell && what.read(cell)) ?? null;
    });
    const remarks = scenarios.map((scenario) => remarkOf(cellAt(result, name, scenario)));
    return y.some((value) => value !== null) ? [{ name, y, remarks }] : [];
  });
  if (series.length === 0) return [];
  const [first] = scenarios;
  const beside =
    by === 'active'
      ? `${whole(first?.idle ?? 0)} idle connections`
      : `${first?.active} active connections`;
  return [
    {
      ...{ id: `${what.id}-${by}`, kind: 'line', yLabel: what.yLabel, note: what.note },
      title: `${what.title}, with ${beside}`,
      xLabel: by === 'active' ? 'active connections' : 'open connections, active and idle',
      ...{ xScale: 'log', yScale: what.yScale },
      x: scenarios.map(({ active, idle }) => (by === 'active' ? active : active + idle)),
      series: series.map(({ name, y }) => ({ name, y })),
      remarks: series.map(({ remarks }) => remarks),
    },
  ];
}

/** Why a result is missing or means little; null where it is sound. */
export function remarkOf(cell: Cell | undefined): string | null {
  const bound = cell?.loadBound ? 'The load generator was the limit.' : undefined;
  const all = [cell?.skipped, cell?.doubtful, bound].filter((text) => text !== undefined);
  return all.length === 0 ? null : all.join(' ');
}

function cellAt({ cells }: Comparison, name: string, { active, idle }: Scenario) {
  return cells.find(
    ({ contender, scenario }) =>
      contender === name && scenario.active === active && scenario.idle === idle,
  );
}

/** System calls by their kind, for each contender that counts them. */
function callsByKind(result: Comparison, scenario: Scenario | undefined): Chart[] {
  if (scenario === undefined) return [];
  const counted = result.contenders.flatMap(({ name }) => {
    const calls = cellAt(result, name, scenario)?.perRequest?.syscalls;
    return calls === undefined ? [] : [{ name, calls }];
  });
  const kinds = [...new Set(counted.flatMap(({ calls }) => Object.keys(calls)))].filter((kind) =>
    counted.some(({ calls }) => (calls[kind] ?? 0) >= FLOOR),
  );
  if (kinds.length === 0) return [];
  return [
    {
      ...{
        id: 'kinds',
        kind: 'bar',
        stacked: true,
        xLabel: 'contender',
        yLabel: 'calls a request',
      },
      title: `System calls a request by kind, with ${scenario.active} active and ${whole(scenario.idle)} idle connections`,
      note: 'What a request costs in calls, as the host counts them.',
      ...{ xScale: 'linear', yScale: 'linear' },
      x: counted.map(({ name }) => name),
      series: kinds.map((name) => ({ name, y: counted.map(({ calls }) => calls[name] ?? 0) })),
    },
  ];
}

function bars(
  result: Comparison,
  scenario: Scenario | undefined,
  id: string,
  title: string,
  yLabel: string,
  note: string,
  series: Readonly<Record<string, Read>>,
): Chart[] {
  if (scenario === undefined) return [];
  const all = Object.entries(series).map(([name, read]) => {
    const y = result.contenders.map((one) => {
      const cell = cellAt(result, one.name, scenario);
      return (cell && read(cell)) ?? null;
    });
    return { name, y };
  });
  const at = result.contenders.map((_, i) => i).filter((i) => all.some(({ y }) => y[i] !== null));
  if (at.length === 0) return [];
  const where = `${scenario.active} active and ${whole(scenario.idle)} idle connections`;
  const remarks = at.map((i) =>
    remarkOf(cellAt(result, result.contenders[i]?.name ?? '', scenario)),
  );
  return [
    {
      ...{ id, kind: 'bar', title: `${title}, with ${where}`, xLabel: 'contender', yLabel, note },
      ...{ xScale: 'linear', yScale: 'linear', stacked: all.length > 1 },
      x: at.map((i) => result.contenders[i]?.name ?? ''),
      series: all.map(({ name, y }) => ({ name, y: at.map((i) => y[i] ?? null) })),
      remarks: all.map(() => remarks),
    },
  ];
}

/** All charts of what was measured; one that would be empty is left out. */
export function chartsOf(result: Comparison): readonly Chart[] {
  const { scenarios } = result;
  const fewest = Math.min(...scenarios.map(({ idle }) => idle));
  const byActive = scenarios.filter(({ idle }) => idle === fewest);
  const pivot =
    byActive.find(({ active }) => active === 50) ??
    scenarios.find(({ idle }) => idle > fewest) ??
    byActive.at(-1);
  const byIdle = scenarios
    .filter(({ active }) => active === pivot?.active)
    .sort((a, b) => a.idle - b.idle);
  const calm = byIdle[0] ?? pivot;
  return [
    ...[RATE, CPU, LATENCY, CALLS].flatMap((what) => lines(result, what, byActive, 'active')),
    ...[RATE, CPU, INTEREST, BYTES, HITS].flatMap((what) => lines(result, what, byIdle, 'open')),
    ...bars(result, calm, 'rates', RATE.title, RATE.yLabel, RATE.note, { rate: RATE.read }),
    ...bars(result, calm, 'cpus', CPU.title, CPU.yLabel, CPU.note, {
      'user space': ({ figures }) => figures?.userUs.median,
      kernel: ({ figures }) => figures?.systemUs.median,
    }),
    ...callsByKind(result, calm),
    ...bars(
      ...([result, calm, 'switches', 'Context switches a thousand requests'] as const),
      ...(['switches', 'By waiting, and by being preempted.'] as const),
      {
        voluntary: ({ figures }) => figures?.voluntary.median,
        involuntary: ({ figures }) => figures?.involuntary.median,
      },
    ),
    ...bars(
      ...([result, byIdle.at(-1), 'memory', 'Memory of an idle connection'] as const),
      ...([
        'bytes',
        'Of the server process; the kernel’s own, equal for all, is not in it.',
      ] as const),
      { bytes: ({ figures }) => figures?.idleBytes?.median },
    ),
  ];
}
