// SPDX-License-Identifier: MIT
// All samples as comma-separated values (RFC 4180): a line for each, with the names of the figures above. What
// was not measured has a line too, with the reason.

import type { Comparison, HostCounters, Sample } from '../result.ts';
import { remarkOf } from './charts.ts';

const FIGURES = [
  ...(['requests', 'rate', 'p50Us', 'p99Us', 'errors', 'cpuUs', 'userUs', 'systemUs'] as const),
  ...(['serverBusy', 'loadBusy', 'foreign', 'voluntary', 'involuntary'] as const),
  ...(['memoryBytes', 'idleBytes'] as const),
] satisfies readonly (keyof Sample)[];

/** Totals of the window, of pollux alone. */
const COUNTERS = [
  ...(['waits', 'events', 'fdsToKernel', 'fdsScanned', 'interestBytes'] as const),
  ...(['bytesRead', 'bytesWritten'] as const),
] satisfies readonly (keyof HostCounters)[];

/** All calls of the window, whatever their kind. */
const callsOf = (host: HostCounters | undefined) =>
  host === undefined ? null : Object.values(host.syscalls).reduce((sum, count) => sum + count, 0);

const field = (value: string | number | null) => {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** The samples; lines end in CRLF, as the RFC has it. */
export function csvOf({ cells }: Comparison): string {
  const head = [
    'contender',
    'active',
    'idle',
    'repetition',
    ...FIGURES,
    ...COUNTERS,
    'syscalls',
    'remark',
  ];
  const rows = cells.flatMap((cell) => {
    const { active, idle } = cell.scenario;
    const remark = remarkOf(cell) ?? '';
    const samples = cell.samples.length === 0 ? [null] : cell.samples;
    return samples.map((sample, i) => [
      ...[cell.contender, active, idle, i + 1],
      ...FIGURES.map((name) => sample?.[name] ?? null),
      ...COUNTERS.map((name) => sample?.host?.[name] ?? null),
      callsOf(sample?.host),
      remark,
    ]);
  });
  return `${[head, ...rows].map((row) => row.map(field).join(',')).join('\r\n')}\r\n`;
}
