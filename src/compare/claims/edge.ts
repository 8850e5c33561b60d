// SPDX-License-Identifier: MIT
// Claims 11 and 12: what edge-triggered asks for, and what it saves.

import { claimEntry } from '../contenders.ts';
import { startServer } from '../server.ts';
import { dial, exchange } from './clients.ts';
import { type ClaimContext, type ClaimTest, listed, type Measured, nice } from './context.ts';

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

export const triggers: ClaimTest = {
  number: 12,
  title: 'Edge-triggered takes fewer epoll_ctl calls and wakeups than level-triggered.',
  costS: 12,
  async measure(context) {
    const names = context.backends('epoll', 'epoll-et');
    const busy = { active: 10, idle: 0 };
    // The reactor leaves its interest as it is; the other guest of the article changes it with each answer.
    const [still, changing]: Measured[][] = [[], []];
    for (const name of names) {
      still?.push(await context.server(name, busy));
      changing?.push(await context.server(name, busy, { example: 'select-one-shot' }));
    }
    const calls = (all: readonly Measured[] = []) =>
      all.map(({ counters }) => counters.syscalls.epoll_ctl ?? 0);
    const waits = (all: readonly Measured[] = []) => all.map(({ counters }) => counters.waits);
    const [level = 0, edge = 0] = calls(changing);
    const [levelWaits = 0, edgeWaits = 0] = waits(changing);
    const [lessCalls, lessWaits] = [edge < level * 0.5, edgeWaits < levelWaits * 0.9];
    const holds = [lessCalls, lessWaits].filter(Boolean).length;
    return {
      verdict: holds === 2 ? 'holds' : holds === 1 ? 'holds in part' : 'does not hold',
      figure: `epoll_ctl calls a request of a guest that changes what it waits for with each answer (examples/select-one-shot): ${listed(names, calls(changing))}, waits ${listed(names, waits(changing))}. Of the reactor, which waits to read all the time: ${listed(names, calls(still))}, waits ${listed(names, waits(still))}.`,
      why: `Level-triggered, each change of interest is a call; edge-triggered both directions are registered once. ${lessWaits ? 'A wait that would only tell what is known is saved too.' : 'The wakeups are no fewer: each message wakes once, either way.'}`,
      chart: {
        ...{ title: 'epoll_ctl calls a request', kind: 'bar', xLabel: 'backend' },
        ...{ yLabel: 'calls', xScale: 'linear', yScale: 'linear', x: names },
        series: [
          { name: 'changes its interest', y: calls(changing) },
          { name: 'the reactor', y: calls(still) },
        ],
      },
    };
  },
};
