// SPDX-License-Identifier: MIT
// Claims 5 and 10: few busy connections, and who waits in which phase.

import { type ClaimTest, listed, nice } from './context.ts';

export const fewAndActive: ClaimTest = {
  number: 5,
  title: 'With few and very active connections select or poll may beat epoll.',
  costS: 30,
  async measure(context) {
    const names = context.backends('select', 'poll', 'epoll');
    const counts = [1, 5, 10, 50];
    const cpu: number[][] = [];
    for (const name of names) {
      const row: number[] = [];
      for (const active of counts)
        row.push((await context.server(name, { active, idle: 0 })).cpuUs);
      cpu.push(row);
    }
    const epoll = cpu[names.indexOf('epoll')] ?? [];
    const best = counts.map((_, i) =>
      Math.min(...cpu.slice(0, -1).map((row) => row[i] ?? Number.NaN)),
    );
    const wins = counts.filter((_, i) => (best[i] ?? 0) < (epoll[i] ?? 0) * 0.98);
    const few = counts.indexOf(wins[0] ?? 0);
    const share = few < 0 ? 1 : (best[few] ?? 1) / (epoll[few] ?? 1);
    return {
      verdict: wins.length > 0 ? 'holds' : 'does not hold',
      figure: `CPU time a request at ${counts.join(', ')} active connections: ${names.map((name, i) => `${name} ${(cpu[i] ?? []).map(nice).join(', ')} us`).join('; ')}.`,
      why:
        wins.length > 0
          ? `Where all descriptors are ready there is nothing to skip, and one look at an array is as cheap as a list: at ${wins.join(', ')} active the better of select and poll takes ${Math.round(100 * share)}% of epoll's time.`
          : 'Here the set of interest does not change, so that epoll pays nothing for keeping it, and its wait is at least as cheap from the first connection on.',
      chart: {
        ...{
          title: 'CPU time a request, no idle connections',
          kind: 'line',
          xLabel: 'active connections',
        },
        ...{ yLabel: 'us a request', xScale: 'log', yScale: 'linear', x: counts },
        series: names.map((name, i) => ({ name, y: cpu[i] ?? [] })),
      },
    };
  },
};

export const asynchronous: ClaimTest = {
  number: 10,
  title: 'Asynchronous IO waits in neither phase: neither for readiness nor for the copy.',
  costS: 25,
  async measure(context) {
    const names = context.backends('io-uring', 'epoll', 'poll', 'select', 'sigio');
    if (names[0] !== 'io-uring')
      return {
        verdict: 'not measured',
        figure: 'There is no io_uring on this machine.',
        why: "'pollux backends' tells why.",
      };
    const all = [];
    for (const name of names) all.push(await context.server(name, { active: 50, idle: 0 }));
    const calls = all.map(({ counters }) => counters.syscallsTotal);
    const system = all.map(({ systemUs }) => systemUs);
    const [uring = 0, ...others] = calls;
    const few = uring < Math.min(...others) / 2;
    const reads = all[0]?.counters.syscalls;
    const copies =
      (reads?.recvmsg ?? 0) + (reads?.recv ?? 0) + (reads?.sendmsg ?? 0) + (reads?.send ?? 0);
    const verdict =
      few && copies < 0.1 ? 'holds' : few || copies < 0.1 ? 'holds in part' : 'does not hold';
    return {
      verdict,
      figure: `System calls a request at 50 active connections: ${listed(names, calls)}; of io-uring's, ${nice(copies)} read or write. Time in the kernel a request: ${listed(names, system, ' us')}.`,
      why: 'With io_uring the kernel receives into buffers that were given to it before, and sends what stands in the ring; one call a turn hands over and waits for all connections together. The copy itself still takes its time, in the kernel.',
      chart: {
        ...{ title: 'System calls a request', kind: 'bar', xLabel: 'backend', yLabel: 'calls' },
        ...{ xScale: 'linear', yScale: 'linear', x: names },
        series: [{ name: 'all kinds', y: calls }],
      },
    };
  },
};
