// SPDX-License-Identifier: MIT
// Claims 11 and 12: what edge-triggered asks for, and what it saves.

import { claimEntry } from '../contenders.ts';
import { startServer } from '../server.ts';
import { dial, exchange } from './clients.ts';
import type { ClaimContext, ClaimTest, Measured } from './context.ts';
import { bars, listed, nice, verdictOf } from './say.ts';

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
      verdict: verdictOf(whole, lost),
      figure: `Of a message of ${nice(MESSAGE)} bytes a guest that reads 64 bytes an event (examples/read-once) gave back: level-triggered ${nice(level)}, edge-triggered ${nice(edge)}.`,
      why: 'An edge is told when something arrives, and once. What is left in the buffer is no news: nobody tells of it until more comes.',
      chart: bars(
        'Bytes that came back',
        ['trigger', `of ${nice(MESSAGE)} bytes`],
        ['level', 'edge'],
        { bytes: [level, edge] },
      ),
    };
  },
};

export const triggers: ClaimTest = {
  number: 12,
  title: 'Edge-triggered takes fewer epoll_ctl calls and wakeups than level-triggered.',
  costS: 12,
  async measure(context) {
    const names = context.backends('epoll', 'epoll-et');
    // The reactor leaves its interest as it is; the other guest of the article changes it with each answer.
    const of = (example: string) =>
      context.servers(
        names.map((backend) => ({ backend, example })),
        { active: 10, idle: 0 },
      );
    const [still, changing] = [await of('echo'), await of('select-one-shot')];
    const calls = (all: readonly Measured[]) =>
      all.map(({ counters }) => counters.syscalls.epoll_ctl ?? 0);
    const waits = (all: readonly Measured[]) => all.map(({ counters }) => counters.waits);
    const [level = 0, edge = 0] = calls(changing);
    const [levelWaits = 0, edgeWaits = 0] = waits(changing);
    const [lessCalls, lessWaits] = [edge < level * 0.5, edgeWaits < levelWaits * 0.9];
    return {
      verdict: verdictOf(lessCalls, lessWaits),
      figure: `epoll_ctl calls a request of a guest that changes what it waits for with each answer (examples/select-one-shot): ${listed(names, calls(changing))}, waits ${listed(names, waits(changing))}. Of the reactor, which waits to read all the time: ${listed(names, calls(still))}, waits ${listed(names, waits(still))}.`,
      why: `Level-triggered, each change of interest is a call; edge-triggered both directions are registered once. ${lessWaits ? 'A wait that would only tell what is known is saved too.' : 'The wakeups are no fewer: each message wakes once, either way.'}`,
      chart: bars('epoll_ctl calls a request', ['backend', 'calls'], names, {
        'changes its interest': calls(changing),
        'the reactor': calls(still),
      }),
    };
  },
};
