// SPDX-License-Identifier: MIT
// The parts of the page that are text: everything but the charts themselves.

import type { Claim, Comparison } from '../result.ts';
import { spreadText } from '../statistics.ts';
import { type Chart, remarkOf } from './charts.ts';
import { escaped, shown, table } from './html.ts';

const placeOf = (x: number | string) => (typeof x === 'number' ? shown(x) : x);

/** The values of a chart: a row for each contender, which are the lines of one chart and the bars of another. */
function values(chart: Chart): string {
  const { title, yLabel, xLabel, series, x } = chart;
  const value = (at: number, i: number) =>
    `${shown(series[at]?.y[i])}${chart.remarks?.[at]?.[i] == null ? '' : ' ?'}`;
  if (chart.kind === 'line') {
    const rows = series.map(({ name }, at) => [name, ...x.map((_, i) => value(at, i))]);
    return table(`${title}; ${yLabel}, over ${xLabel}`, ['', ...x.map(placeOf)], rows);
  }
  const rows = x.map((one, i) => [placeOf(one), ...series.map((_, at) => value(at, i))]);
  return table(`${title}; ${yLabel}`, [xLabel, ...series.map(({ name }) => name)], rows);
}

/** The chart as a table, with its frame and the place where it is drawn. */
export function figure(chart: Chart): string {
  const remarks = (chart.remarks ?? []).flatMap((row, at) =>
    row.flatMap((text, i) =>
      text === null
        ? []
        : [
            chart.kind === 'line'
              ? `${chart.series[at]?.name}, ${placeOf(chart.x[i] ?? '')}: ${text}`
              : `${chart.x[i]}: ${text}`,
          ],
    ),
  );
  const marked =
    remarks.length === 0
      ? ''
      : `<p>Marked by ?:</p><ul>${[...new Set(remarks)].map((text) => `<li>${escaped(text)}</li>`).join('')}</ul>`;
  const id = escaped(chart.id);
  return `<figure id="figure-${id}"><figcaption><h3>${escaped(chart.title)}</h3>${chart.note === '' ? '' : `<p>${escaped(chart.note)}</p>`}</figcaption>
<div class="legend" role="group" aria-label="Series"></div>
<div class="plot"><canvas data-chart="${id}" role="img" aria-label="${escaped(`${chart.title}; the table below has the values`)}"></canvas></div>
<details><summary>Values</summary>${values(chart)}${marked}</details></figure>`;
}

const CLASS: Record<Claim['verdict'], string> = {
  holds: 'holds',
  'holds in part': 'partly',
  'does not hold': 'fails',
  'not measured': 'unknown',
};

/** One claim as a card. */
export function card(claim: Claim, chart: Chart | undefined): string {
  const { number, title, verdict, figure: said, why, doubtful } = claim;
  const doubt = doubtful === undefined ? '' : `<p class="doubt">? ${escaped(doubtful)}</p>`;
  return `<article class="card ${CLASS[verdict]}" id="claim-${number}"><header><span class="number">${number}</span><h3>${escaped(title)}</h3><span class="verdict">${escaped(verdict)}</span></header>
<p>${escaped(said)}</p><p class="why">${escaped(why)}</p>${doubt}${chart === undefined ? '' : figure(chart)}</article>`;
}

/** What was measured on. */
export function machine({ machine, ...result }: Comparison): string {
  const rows: [string, string][] = [
    ['Command', result.command],
    ['Date', result.date],
    ['Processor', `${machine.cpu}, ${machine.cores} cores`],
    ['Memory', `${shown(machine.memoryBytes / 2 ** 30)} GiB`],
    ['System', `${machine.os}, Linux ${machine.kernel}`],
    [
      'Versions',
      Object.entries(machine.versions)
        .map((pair) => pair.join(' '))
        .join(', '),
    ],
    ['Cores', `server on ${machine.serverCore}, load generator on ${machine.loadCore}`],
    ['Guest', result.guest],
    [
      'Windows',
      `${result.size} bytes a message, ${result.durationS} s each, ${result.repeat} repetitions; medians`,
    ],
  ];
  return `<dl>${rows.map(([name, value]) => `<dt>${name}</dt><dd>${escaped(value)}</dd>`).join('')}</dl>`;
}

/** Who took part, and who did not. */
export function contenders({ contenders, missing }: Comparison): string {
  const rows = contenders.map(({ name, about, version }) => [name, about, version]);
  const absent = missing.map(({ name, reason }) => [name, reason]);
  return `${table('Who was compared', ['name', 'what', 'version'], rows)}${
    absent.length === 0 ? '' : table('Who is missing, and why', ['name', 'reason'], absent)
  }`;
}

const percent = (share: number | null | undefined) =>
  share == null ? '' : `${Math.round(100 * share)}%`;

/** All cells, with what makes them doubtful. */
export function results({ cells }: Comparison): string {
  const rows = cells.map((cell) => {
    const { contender, scenario, figures, toLimit, toNode, perRequest } = cell;
    return [
      contender,
      ...[scenario.active, scenario.idle, figures?.rate.median].map(shown),
      spreadText(cell),
      ...[toLimit?.median, toNode?.median, figures?.cpuUs.median].map(shown),
      ...[figures?.p50Us.median, figures?.p99Us.median].map(shown),
      ...[perRequest?.syscallsTotal, perRequest?.fdsPerWait].map(shown),
      percent(perRequest?.hitRate),
      remarkOf(cell) ?? '',
    ];
  });
  const head = [
    ...['contender', 'active', 'idle', 'requests/s', 'spread', 'to C', 'to node:net', 'CPU us'],
    ...['p50 us', 'p99 us', 'calls/request', 'fds/wait', 'hit rate', 'remarks'],
  ];
  return table('All results; medians, ratios paired within repetitions', head, rows);
}

/** What the kernel and the host counted in each cell that was measured. */
export function counters({ cells }: Comparison): string {
  const rows = cells.flatMap(({ contender, scenario, figures, perRequest: host }) => {
    if (figures === undefined) return [];
    const perWait = (count: number | undefined) =>
      host && count !== undefined && host.waits > 0 ? count / host.waits : undefined;
    const kinds = Object.entries(host?.syscalls ?? {}).map(
      ([kind, count]) => `${kind} ${shown(count)}`,
    );
    return [
      [
        contender,
        ...[scenario.active, scenario.idle].map(shown),
        ...[figures.userUs.median, figures.systemUs.median].map(shown),
        ...[figures.voluntary.median, figures.involuntary.median].map(shown),
        ...[figures.memoryBytes.median / 2 ** 20, figures.idleBytes?.median].map(shown),
        ...[figures.serverBusy.median, figures.loadBusy.median].map(percent),
        ...[host?.waits, host?.fdsPerWait, perWait(host?.fdsScanned)].map(shown),
        ...[perWait(host?.events), host?.interestBytes].map(shown),
        kinds.join(', '),
      ],
    ];
  });
  const head = [
    ...['contender', 'active', 'idle', 'user us', 'kernel us', 'switches by waiting'],
    ...['switches by preemption', 'memory MiB', 'bytes an idle one', 'server busy', 'load busy'],
    ...['waits', 'fds handed over', 'fds looked at', 'fds ready', 'bytes copied', 'calls by kind'],
  ];
  const caption =
    'Medians. CPU time, waits, bytes of interest and events copied, and calls a request; context switches a ' +
    'thousand requests; descriptors (fds) a wait; what is blank is not counted there.';
  return table(caption, head, rows);
}

/** What changed since the baseline. */
export function changes({ baseline }: Comparison): string {
  if (baseline === undefined) return '';
  const rows = baseline.changes
    .filter(({ verdict }) => verdict !== 'same')
    .map(({ contender, scenario, figure: name, before, now, verdict }) => [
      contender,
      `${scenario.active} active, ${scenario.idle} idle`,
      name,
      shown(before),
      shown(now),
      verdict,
    ]);
  const head = ['contender', 'scenario', 'figure', 'before', 'now', 'verdict'];
  return `<section id="baseline"><h2>Since ${escaped(baseline.date)}</h2>${
    rows.length === 0
      ? `<p>${baseline.changes.length === 0 ? 'Nothing that both have measured soundly.' : 'No change beyond the spread of the repetitions.'}</p>`
      : table('Changes beyond the spread', head, rows)
  }</section>`;
}
