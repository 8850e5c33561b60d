// SPDX-License-Identifier: MIT
// Reads what the kernel counts for a server process, its helper threads and children included, and
// for the cores. Linux only, see proc(5).

import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ: the unit of CPU times in /proc, 100 on every Linux that Node supports. */
const TICKS_PER_SECOND = 100;

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // A thread that ended between the listing and the reading has nothing more to say.
    return '';
  }
}

/**
 * The process and all its descendants: some runtimes come as a launcher that starts the real one.
 *
 * @param {number} pid
 * @returns {number[]}
 */
function family(pid) {
  const children = threads(pid).flatMap((tid) =>
    read(`/proc/${pid}/task/${tid}/children`).split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(family)];
}

/** @param {number} pid */
function threads(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** @param {string} text @param {string} name */
const field = (text, name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);

/**
 * @typedef {object} Counters
 * @property {number} cpuNs time on a CPU, all threads, as the scheduler counts it
 * @property {number} userS the part in user space, s; in steps of 10 ms
 * @property {number} systemS the part in the kernel, s; in steps of 10 ms
 * @property {number} voluntary context switches by waiting
 * @property {number} involuntary context switches by being preempted
 */

/**
 * @param {number} pid
 * @returns {Counters}
 */
export function processCounters(pid) {
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

/**
 * Resident memory, private and shared, bytes.
 *
 * @param {number} pid
 */
export function residentBytes(pid) {
  return family(pid).reduce(
    (sum, member) => sum + field(read(`/proc/${member}/smaps_rollup`), 'Rss') * 1024,
    0,
  );
}

/**
 * Time a core was not idle, s; what a hypervisor took away is included.
 *
 * @param {number} core
 */
export function coreBusyS(core) {
  const line = new RegExp(`^cpu${core} (.*)$`, 'm').exec(read('/proc/stat'))?.[1] ?? '';
  // user nice system idle iowait irq softirq steal; guest times that follow are in user already.
  const ticks = line.trim().split(' ').slice(0, 8).map(Number);
  const busy = ticks.filter((_, i) => i !== 3 && i !== 4);
  return busy.reduce((sum, value) => sum + value, 0) / TICKS_PER_SECOND;
}
