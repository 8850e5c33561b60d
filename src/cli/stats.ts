// SPDX-License-Identifier: MIT
// The counters of a run, as --stats prints them.

import type { HostStats } from '../index.ts';

/** Lines of name and value, numbers grouped and right-aligned. */
export function showStats(stats: HostStats): string {
  const rows: [string, string][] = [
    ['backend', stats.backend],
    ['waits (poll_oneoff)', count(stats.waits)],
    ['wakeups', count(stats.wakeups)],
    ['events', count(stats.events)],
    ['fds handed to the kernel', count(stats.fdsToKernel)],
    ['accepts', count(stats.accepts)],
    ['bytes read', count(stats.bytesRead)],
    ['bytes written', count(stats.bytesWritten)],
    ...Object.entries(stats.syscalls)
      .sort(([, a], [, b]) => b - a)
      .map(([name, calls]): [string, string] => [`syscalls: ${name}`, count(calls)]),
  ];
  const names = Math.max(...rows.map(([name]) => name.length));
  const values = Math.max(...rows.map(([, value]) => value.length));
  const lines = rows.map(([name, value]) => `  ${name.padEnd(names)}  ${value.padStart(values)}`);
  return ['pollux: statistics', ...lines].join('\n');
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
