// SPDX-License-Identifier: MIT
// What the page does in the browser: draws the charts, toggles series and theme, offers the data as files.

import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartDataset,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
} from 'chart.js';
import type { Comparison } from '../result.ts';
import { FLOOR, type Chart as Plan } from './charts.ts';
import { csvOf } from './csv.ts';

Chart.register(BarController, BarElement, CategoryScale, LinearScale);
Chart.register(LineController, LineElement, LogarithmicScale, PointElement, Tooltip);

/** Okabe and Ito's, which most who are colour-blind tell apart; yellow is left out, as white hides it. */
const COLORS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#8c6bb1',
  '#7f7f7f',
];
const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3]];
const POINTS = ['circle', 'rect', 'triangle', 'rectRot'] as const;

const read = <T>(id: string): T => JSON.parse(document.getElementById(id)?.textContent ?? 'null');
const result = read<Comparison>('data');
const plans = read<readonly Plan[]>('chart-data');
const charts: Chart[] = [];

const reduced = matchMedia('(prefers-reduced-motion: reduce)').matches;
/** Colours as the page has them now, by day or by night: of its text, its lines and its cards. */
function palette() {
  const [body, top] = [document.body, document.querySelector('.top') ?? document.body];
  const { borderBottomColor: line, backgroundColor: card } = getComputedStyle(top);
  return { text: getComputedStyle(body).color, line, card };
}

/** A contender is the same line in each chart; other names have their looks by their place. */
const contenders = result.contenders.map(({ name }) => name);
const looksOf = (name: string, place: number) => {
  const known = contenders.indexOf(name);
  const at = known < 0 ? place : known;
  const round = Math.floor(at / COLORS.length);
  return {
    color: COLORS[at % COLORS.length] ?? '#7f7f7f',
    dash: DASHES[(round + at) % DASHES.length] ?? [],
    point: POINTS[(round + at) % POINTS.length] ?? 'circle',
  };
};

const format = (value: number) =>
  Math.abs(value) >= 100
    ? Math.round(value).toLocaleString('en-US')
    : Number(value.toPrecision(3)).toString();

type Dataset = ChartDataset<'line' | 'bar', (number | { x: number; y: number } | null)[]>;

function datasets(plan: Plan): Dataset[] {
  const { card } = palette();
  return plan.series.map(({ name, y }, place) => {
    const { color, dash, point } = looksOf(name, place);
    const look = { label: name, borderColor: color, backgroundColor: color };
    const isMarked = y.map((_, i) => plan.remarks?.[place]?.[i] != null);
    if (plan.kind === 'bar') {
      const pale = isMarked.map((marked) => (marked ? `${color}66` : color));
      const data = [...y];
      return { ...look, type: 'bar', data, backgroundColor: pale, borderWidth: 0 };
    }
    const floor = plan.yScale === 'log' ? FLOOR : Number.NEGATIVE_INFINITY;
    const data = y.map((value, i) => {
      return { x: Number(plan.x[i]), y: value === null ? Number.NaN : Math.max(value, floor) };
    });
    // Hollow: there is something to be said of it.
    const inner = isMarked.map((marked) => (marked ? card : color));
    return {
      ...{ ...look, type: 'line', data, borderDash: dash, borderWidth: 2, spanGaps: false },
      ...{ pointStyle: point, pointRadius: 4, pointHoverRadius: 6, tension: 0 },
      pointBackgroundColor: inner,
    };
  });
}

function scales(plan: Plan) {
  const { text, line: grid } = palette();
  const common = { ticks: { color: text }, grid: { color: grid } };
  const stacked = plan.stacked === true;
  const title = (label: string) => ({ display: true, text: label, color: text });
  const isLine = plan.kind === 'line';
  // The axis of a logarithm names 1, 2, 5 and their tens alone (1 and tens where it is long), or its numbers
  // lie on one another.
  const powers = {
    ...common.ticks,
    callback: (value: string | number, _: number, ticks: readonly { value: number }[]) => {
      const [digit = ''] = Number(value).toExponential();
      const named = (ticks.at(-1)?.value ?? 1) / (ticks[0]?.value ?? 1) > 500 ? '1' : '125';
      return named.includes(digit) ? format(Number(value)) : '';
    },
  };
  const places = {
    ...common.ticks,
    callback: (value: string | number) => format(Number(value)),
  };
  return {
    x: isLine
      ? {
          ...{ ...common, type: 'logarithmic', title: title(plan.xLabel), ticks: places },
          // Exactly what was measured is named.
          afterBuildTicks: (axis: { ticks: { value: number }[] }) => {
            axis.ticks = plan.x.map((value) => ({ value: Number(value) }));
          },
        }
      : { ...common, type: 'category', stacked },
    y: {
      ...{ ...common, type: plan.yScale === 'log' ? 'logarithmic' : 'linear', stacked },
      ...{ title: title(plan.yLabel), beginAtZero: plan.yScale !== 'log' },
      ticks: plan.yScale === 'log' ? powers : places,
    },
  };
}

function draw(canvas: HTMLCanvasElement): void {
  const plan = plans.find(({ id }) => id === canvas.dataset.chart);
  const figure = canvas.closest('figure');
  if (plan === undefined || figure === null) return;
  const chart = new Chart(canvas, {
    type: plan.kind,
    data: {
      labels: plan.kind === 'bar' ? [...plan.x] : [],
      datasets: datasets(plan),
    },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      ...(reduced ? { transitions: {} } : {}),
      interaction: { mode: plan.kind === 'bar' ? 'index' : 'nearest', intersect: false },
      // biome-ignore lint/suspicious/noExplicitAny: chart.js types each kind of scale apart.
      scales: scales(plan) as any,
      plugins: {
        tooltip: {
          callbacks: {
            title: ([item]) =>
              plan.kind === 'line'
                ? `${format(item?.parsed.x ?? 0)} ${plan.xLabel}`
                : (item?.label ?? ''),
            label: ({ dataset, datasetIndex, dataIndex }) => {
              const value = plan.series[datasetIndex]?.y[dataIndex] ?? 0;
              return `${dataset.label}: ${format(value)} ${plan.yLabel}`;
            },
            afterLabel: ({ datasetIndex, dataIndex }) =>
              plan.remarks?.[datasetIndex]?.[dataIndex] ?? '',
          },
        },
      },
    },
  });
  charts.push(chart);
  legend(figure, chart, plan);
}

/** Buttons, so that a keyboard reaches them, and those who do not see hear whether a series is shown. */
function legend(figure: HTMLElement, chart: Chart, plan: Plan): void {
  const place = figure.querySelector('.legend');
  // The title says already what the only bars are.
  if (plan.kind === 'bar' && plan.series.length === 1) return;
  for (const [at, { name }] of plan.series.entries()) {
    const { color, dash } = looksOf(name, at);
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = name;
    button.style.setProperty('--series', color);
    button.style.setProperty(
      '--dash',
      plan.kind === 'bar' || dash.length === 0 ? 'solid' : (dash[0] ?? 0) < 3 ? 'dotted' : 'dashed',
    );
    button.setAttribute('aria-pressed', 'true');
    button.addEventListener('click', () => {
      const shown = !chart.isDatasetVisible(at);
      chart.setDatasetVisibility(at, shown);
      chart.update();
      button.setAttribute('aria-pressed', String(shown));
    });
    place?.append(button);
  }
}

/** Colours of axes are drawn, not styled: they are set anew. */
function repaint(): void {
  for (const chart of charts) {
    const plan = plans.find(({ id }) => id === (chart.canvas as HTMLCanvasElement).dataset.chart);
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    if (plan) chart.options.scales = scales(plan) as any;
    for (const [at, dataset] of (plan === undefined ? [] : datasets(plan)).entries())
      Object.assign(chart.data.datasets[at] ?? {}, dataset);
    chart.update();
  }
}

function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  return theme === undefined
    ? matchMedia('(prefers-color-scheme: dark)').matches
    : theme === 'dark';
}

function save(name: string, type: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const onClick = (id: string, action: () => void) =>
  document.getElementById(id)?.addEventListener('click', action);

for (const canvas of document.querySelectorAll<HTMLCanvasElement>('canvas[data-chart]'))
  draw(canvas);
const theme = document.getElementById('theme');
const nameTheme = () => {
  if (theme) theme.textContent = isDark() ? 'Light' : 'Dark';
};
nameTheme();
onClick('theme', () => {
  document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
  nameTheme();
  repaint();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  nameTheme();
  repaint();
});
onClick('json', () => save('compare.json', 'application/json', JSON.stringify(result, null, 1)));
onClick('csv', () => save('compare.csv', 'text/csv', csvOf(result)));
// Paper has another width and more points, and is white; what is folded in cannot be opened there.
let before: { readonly theme: string | undefined; readonly closed: readonly HTMLDetailsElement[] };
addEventListener('beforeprint', () => {
  const all = document.querySelectorAll<HTMLDetailsElement>('details:not([open])');
  before = { theme: document.documentElement.dataset.theme, closed: [...all] };
  for (const details of before.closed) details.open = true;
  document.documentElement.dataset.theme = 'light';
  repaint();
  for (const chart of charts) {
    chart.options.devicePixelRatio = 3;
    chart.resize(300, 200);
  }
});
addEventListener('afterprint', () => {
  for (const details of before.closed) details.open = false;
  if (before.theme === undefined) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = before.theme;
  repaint();
  for (const chart of charts) {
    chart.options.devicePixelRatio = devicePixelRatio;
    chart.resize();
  }
});
document.documentElement.dataset.ready = 'true';
