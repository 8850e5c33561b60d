// SPDX-License-Identifier: MIT
// Claims 5 and 10: few busy connections, and who waits in which phase.

import type { Figure } from '../result.ts';
import { pairedRatio } from '../statistics.ts';
import type { ClaimTest, Measured } from './context.ts';
import { bars, lines, listed, nice, verdictOf } from './say.ts';

const COUNTS = [1, 5, 10, 50];
/** Ratios that differ from 1 by less are a tie, however often they repeat. */
const TIE = 0.02;
const PAIRS = 5;

const cpuOf = ({ samples }: Measured) => samples.map(({ cpuUs }) => cpuUs);
/** Less in each repetition, and by more than a tie. */
const wins = (ratio: Figure | null) => ratio !== null && ratio.max < 1 && ratio.median < 1 - TIE;

export const fewAndActive: ClaimTest = {
  number: 5,
  title: 'With few and very active connections select or poll may beat epoll.',
  costS: 75,
  async measure(context) {
    const names = context.backends('select', 'poll', 'epoll');
    const columns: (readonly Measured[])[] = [];
    for (const active of COUNTS)
      columns.push(
        await context.servers(
          names.map((backend) => ({ backend })),
          { active, idle: 0 },
          PAIRS,
        ),
      );
    const rows = Object.fromEntries(
      names.map((name, i) => [name, columns.map((column) => column[i]?.cpuUs ?? Number.NaN)]),
    );
    const beaten = names.slice(0, -1).flatMap((name, i) =>
      columns.flatMap((column, at) => {
        const [ours, epoll] = [column[i], column[names.length - 1]];
        const ratio = ours && epoll ? pairedRatio(cpuOf(ours), cpuOf(epoll)) : null;
        return ratio !== null && wins(ratio)
          ? [`${name} at ${COUNTS[at]} active takes ${Math.round(100 * ratio.median)}%`]
          : [];
      }),
    );
    const cpu = names.map((name) => `${name} ${(rows[name] ?? []).map(nice).join(', ')} us`);
    return {
      verdict: verdictOf(beaten.length > 0),
      figure: `CPU time a request at ${COUNTS.join(', ')} active connections: ${cpu.join('; ')}.`,
      why:
        beaten.length > 0
          ? `Where all descriptors are ready there is nothing to skip, and one look at an array is as cheap as a list. Of epoll's time, in each of ${PAIRS} paired windows: ${beaten.join(', ')}.`
          : `In no case was either cheaper in each of ${PAIRS} paired windows: the set of interest does not change here, so that epoll pays nothing for keeping it, and its wait is as cheap from the first connection on.`,
      chart: lines(
        'CPU time a request, no idle connections',
        ['active connections', 'us a request'],
        'linear',
        COUNTS,
        rows,
      ),
    };
  },
};

export const asynchronous: ClaimTest = {
  number: 10,
  title: 'Asynchronous IO waits in neither phase: neither for readiness nor for the copy.',
  costS: 20,
  async measure(context) {
    const names = context.backends('io-uring', 'epoll', 'poll', 'select', 'sigio');
    if (names[0] !== 'io-uring')
      return {
        verdict: 'not measured',
        figure: 'There is no io_uring on this machine.',
        why: "'pollux backends' tells why.",
      };
    const all = await context.servers(
      names.map((backend) => ({ backend })),
      { active: 50, idle: 0 },
    );
    const calls = all.map(({ counters }) => counters.syscallsTotal);
    const system = all.map(({ systemUs }) => systemUs);
    const [uring = 0, ...others] = calls;
    const kinds = Object.entries(all[0]?.counters.syscalls ?? {});
    const copies = kinds
      .filter(([kind]) => /^(read|write|recv|send)/.test(kind))
      .reduce((sum, [, count]) => sum + count, 0);
    return {
      verdict: verdictOf(uring < Math.min(...others) / 2, copies < 0.1),
      figure: `System calls a request at 50 active connections: ${listed(names, calls)}; of io-uring's, ${nice(copies)} read or write. Time in the kernel a request: ${listed(names, system, ' us')}.`,
      why: 'With io_uring the kernel receives into buffers that were given to it before, and sends what stands in the ring; one call a turn hands over and waits for all connections together. The copy itself still takes its time, in the kernel.',
      chart: bars('System calls a request', ['backend', 'calls'], names, { 'all kinds': calls }),
    };
  },
};
