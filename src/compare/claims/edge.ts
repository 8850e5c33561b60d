// SPDX-License-Identifier: MIT
// Claims 11 and 12: what edge-triggered asks for, and what it saves.

import { claimEntry } from '../contenders.ts';
import { startServer } from '../server.ts';
import { dial, exchange } from './clients.ts';
import { type ClaimContext, type ClaimTest, listed, nice } from './context.ts';

const MESSAGE = 4096;

/** How much of a message a guest that reads once an event gives back. */
async function echoed(context: ClaimContext, trigger: 'level' | 'edge'): Promise<number> {
  const server = await startServer(
    claimEntry('read-once', 'epoll', trigger),
    '',
    context.serverCore,
  );
  try {
    const socket = await dial(server.port);
    const received = await exchange(socket, new Uint8Array(MESSAGE), 700);
    socket.destroy();
    return received;
  } finally {
    await server.stop();
  }
}

export const drain: ClaimTest = {
  number: 11,
  title: 'Edge-triggered needs a drain to EAGAIN: who reads once loses the rest.',
  costS: 4,
  async measure(context) {
    const [level, edge] = [await echoed(context, 'level'), await echoed(context, 'edge')];
    const [whole, lost] = [level === MESSAGE, edge < MESSAGE];
    return {
      verdict: whole && lost ? 'holds' : whole || lost ? 'holds in part' : 'does not hold',
      figure: `Of a message of ${nice(MESSAGE)} bytes a guest that reads 64 bytes an event (examples/read-once) gave back: level-triggered ${nice(level)}, edge-triggered ${nice(edge)}.`,
      why: 'An edge is told when something arrives, and once. What is left in the buffer is no news: nobody tells of it until more comes.',
      chart: {
        ...{ title: 'Bytes that came back', kind: 'bar', xLabel: 'trigger' },
        ...{ yLabel: `of ${nice(MESSAGE)} bytes`, xScale: 'linear', yScale: 'linear' },
        ...{ x: ['level', 'edge'], series: [{ name: 'bytes', y: [level, edge] }] },
      },
    };
  },
};

const LARGE = 262_144;

export const triggers: ClaimTest = {
  number: 12,
  title: 'Edge-triggered takes fewer epoll_ctl calls and wakeups than level-triggered.',
  costS: 15,
  async measure(context) {
    const names = context.backends('epoll', 'epoll-et');
    const busy = { active: 10, idle: 0 };
    const [small, large] = [[], []] as Awaited<ReturnType<ClaimContext['server']>>[][];
    for (const name of names) {
      small?.push(await context.server(name, busy));
      large?.push(await context.server(name, busy, { size: LARGE }));
    }
    const ctl = (all = small) =>
      (all ?? []).map(({ counters }) => counters.syscalls.epoll_ctl ?? 0);
    const waits = (all = small) => (all ?? []).map(({ counters }) => counters.waits);
    const [level = 0, edge = 0] = ctl(large);
    const [levelWaits = 0, edgeWaits = 0] = waits(large);
    const [lessCtl, lessWaits] = [edge < level * 0.9, edgeWaits < levelWaits * 0.95];
    return {
      verdict:
        lessCtl && lessWaits ? 'holds' : lessCtl || lessWaits ? 'holds in part' : 'does not hold',
      figure: `64-byte echo: epoll_ctl a request ${listed(names, ctl())}, waits ${listed(names, waits())}. Messages of ${nice(LARGE)} bytes, which fill the socket: epoll_ctl ${listed(names, ctl(large))}, waits ${listed(names, waits(large))}.`,
      why: 'Level-triggered, the wish to write must be taken back once it is fulfilled, or each wait returns at once; edge-triggered both directions are registered once. Small answers never wait for room, so there neither calls epoll_ctl at all.',
      chart: {
        ...{
          title: `epoll_ctl calls a request of ${nice(LARGE)} bytes`,
          kind: 'bar',
          xLabel: 'trigger',
        },
        ...{ yLabel: 'calls', xScale: 'linear', yScale: 'linear', x: ['level', 'edge'] },
        series: [{ name: 'epoll_ctl', y: [level, edge] }],
      },
    };
  },
};
