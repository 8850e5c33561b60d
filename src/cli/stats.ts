// SPDX-License-Identifier: MIT
// The counters of a run, as --stats prints them.

import type { HostStats } from '../index.ts';
import { colorsOf } from './output.ts';

/** A table: name, total, and the total divided by the number of waits. */
export async function showStats(stats: HostStats): Promise<string> {
  // Loaded here alone: a run must start fast.
  const { default: Table } = await import('cli-table3');
  const { bold, dim } = await colorsOf('stderr');
  const table = new Table({
    head: [`backend ${stats.backend}`, 'total', 'per wait'].map((text) => bold(text)),
    colAligns: ['left', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const row = (name: string, total: number) => {
    table.push([name, count(total), dim(perWait(total, stats.waits))]);
  };
  table.push(['waits (poll_oneoff)', count(stats.waits), '']);
  row('wakeups', stats.wakeups);
  row('events', stats.events);
  row('fds handed to the kernel', stats.fdsToKernel);
  row('fds that the kernel looked at', stats.fdsScanned);
  row('bytes of interest and events', stats.interestBytes);
  row('connections accepted', stats.accepts);
  row('bytes read', stats.bytesRead);
  row('bytes written', stats.bytesWritten);
  const calls = Object.entries(stats.syscalls).sort(([, a], [, b]) => b - a);
  row(
    'system calls',
    calls.reduce((sum, [, total]) => sum + total, 0),
  );
  for (const [name, total] of calls) row(`  ${name}`, total);
  return table.toString();
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function perWait(total: number, waits: number): string {
  return waits === 0 ? '' : (total / waits).toFixed(2);
}
