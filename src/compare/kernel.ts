// SPDX-License-Identifier: MIT
// What the kernel counts for a server process, its threads and its descendants, and for the cores: proc(5).

import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ: the unit of CPU times in /proc, 100 on every Linux that Node supports. */
const TICKS_PER_SECOND = 100;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // A thread that ended between the listing and the reading has nothing more to say.
    return '';
  }
}

function threads(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** The process and its descendants: some runtimes come as a launcher that starts the real one. */
function family(pid: number): readonly number[] {
  const children = threads(pid).flatMap((tid) =>
    read(`/proc/${pid}/task/${tid}/children`).split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(family)];
}

function field(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
}

/** Totals of a process since it was started. */
export interface ProcessCounters {
  /** Time on a CPU, all threads, ns. */
  readonly cpuNs: number;
  /** Its parts in user space and in the kernel, s; in steps of 10 ms. */
  readonly userS: number;
  readonly systemS: number;
  /** Context switches, by waiting and by being preempted. */
  readonly voluntary: number;
  readonly involuntary: number;
}

/** What the kernel counted for the process and its descendants until now. */
export function processCounters(pid: number): ProcessCounters {
  const sum = { cpuNs: 0, userS: 0, systemS: 0, voluntary: 0, involuntary: 0 };
  for (const member of family(pid)) {
    // The command's name is in parentheses and may hold spaces: the fields follow the last one.
    const stat = read(`/proc/${member}/stat`).split(') ').at(-1)?.split(' ') ?? [];
    sum.userS += Number(stat[11] ?? 0) / TICKS_PER_SECOND;
    sum.systemS += Number(stat[12] ?? 0) / TICKS_PER_SECOND;
    for (const tid of threads(member)) {
      const task = `/proc/${member}/task/${tid}`;
      const status = read(`${task}/status`);
      sum.cpuNs += Number(read(`${task}/schedstat`).split(' ')[0] ?? 0);
      sum.voluntary += field(status, 'voluntary_ctxt_switches');
      sum.involuntary += field(status, 'nonvoluntary_ctxt_switches');
    }
  }
  // Kernels without scheduler statistics have the coarse clock only.
  if (sum.cpuNs === 0) sum.cpuNs = (sum.userS + sum.systemS) * 1e9;
  return sum;
}

/** Resident memory of the process and its descendants, private and shared, bytes. */
export function residentBytes(pid: number): number {
  return family(pid).reduce(
    (sum, member) => sum + field(read(`/proc/${member}/smaps_rollup`), 'Rss') * 1024,
    0,
  );
}

/** Time that a core was not idle since the start of the machine, s; what a hypervisor took is included. */
export function coreBusyS(core: number): number {
  const line = new RegExp(`^cpu${core} (.*)$`, 'm').exec(read('/proc/stat'))?.[1] ?? '';
  // user nice system idle iowait irq softirq steal; guest times that follow are in user already.
  const ticks = line.trim().split(' ').slice(0, 8).map(Number);
  const busy = ticks.filter((_, i) => i !== 3 && i !== 4);
  return busy.reduce((sum, value) => sum + value, 0) / TICKS_PER_SECOND;
}

/** The cores that this process may use, ascending. */
export function allowedCores(): readonly number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(read('/proc/self/status'))?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}
