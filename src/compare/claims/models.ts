// SPDX-License-Identifier: MIT
// Claims 7, 8 and 9: blocking, non-blocking and multiplexing with few clients.

import { claimEntry } from '../contenders.ts';
import { processCounters } from '../kernel.ts';
import { startServer } from '../server.ts';
import { dial, exchange } from './clients.ts';
import { type ClaimContext, type ClaimTest, listed, nice } from './context.ts';

const IDLE_MS = 1500;
const STAY_MS = 400;

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Share of a core that a server uses while nobody talks to it, %. */
async function idleCpu(context: ClaimContext, example: string): Promise<number> {
  const server = await startServer(claimEntry(example, 'epoll'), '', context.serverCore);
  try {
    await pause(500); // the start itself takes time
    const [before, at] = [processCounters(server.pid).cpuNs, performance.now()];
    await pause(IDLE_MS);
    const used = (processCounters(server.pid).cpuNs - before) / 1e6;
    return (100 * used) / (performance.now() - at);
  } finally {
    await server.stop();
  }
}

export const busyWaiting: ClaimTest = {
  number: 7,
  title: 'Non-blocking IO wastes CPU; blocking IO sleeps.',
  costS: 8,
  async measure(context) {
    const names = ['blocking', 'nonblocking', 'echo'];
    const shares: number[] = [];
    for (const name of names) shares.push(await idleCpu(context, name));
    const [blocking = 0, nonblocking = 0, reactor = 0] = shares;
    const [sleeps, wastes] = [blocking < 5, nonblocking > 50];
    return {
      verdict: sleeps && wastes ? 'holds' : sleeps || wastes ? 'holds in part' : 'does not hold',
      figure: `Of a core, with no client at all: blocking ${nice(blocking)}%, non-blocking ${nice(nonblocking)}%, the reactor ${nice(reactor)}%.`,
      why: 'A blocking call sleeps in the kernel until there is something; a non-blocking loop asks again and again and is told "not yet". A reactor is non-blocking too, and sleeps in its wait.',
      chart: {
        ...{ title: 'CPU of an idle server', kind: 'bar', xLabel: 'model', yLabel: '% of a core' },
        ...{ xScale: 'linear', yScale: 'linear', x: ['blocking', 'non-blocking', 'reactor'] },
        series: [{ name: 'CPU', y: shares }],
      },
    };
  },
};

/** How long a second client waits for its answer while a first one stays for STAY_MS, ms. */
async function secondWaits(context: ClaimContext, example: string): Promise<number> {
  const server = await startServer(claimEntry(example, 'epoll'), '', context.serverCore);
  const byte = Uint8Array.of(1);
  try {
    const first = await dial(server.port);
    await exchange(first, byte);
    const second = await dial(server.port);
    const begun = performance.now();
    setTimeout(() => first.destroy(), STAY_MS);
    await exchange(second, byte);
    const waited = performance.now() - begun;
    second.destroy();
    return waited;
  } finally {
    await server.stop();
  }
}

export const oneAtATime: ClaimTest = {
  number: 8,
  title: 'Blocking IO serves one client at a time: the second one waits.',
  costS: 4,
  async measure(context) {
    const [blocking, reactor] = [
      await secondWaits(context, 'blocking'),
      await secondWaits(context, 'echo'),
    ];
    const [waits, serves] = [blocking > STAY_MS * 0.9, reactor < STAY_MS / 2];
    return {
      verdict: waits && serves ? 'holds' : waits || serves ? 'holds in part' : 'does not hold',
      figure: `While a first client stayed for ${STAY_MS} ms, the second one waited for its answer: blocking ${nice(blocking)} ms, the reactor ${nice(reactor)} ms.`,
      why: 'The blocking server sleeps in the read of the first client; the second one is in the backlog until that client leaves.',
      chart: {
        ...{ title: "The second client's wait", kind: 'bar', xLabel: 'model', yLabel: 'ms' },
        ...{ xScale: 'linear', yScale: 'linear', x: ['blocking', 'reactor'] },
        series: [{ name: 'wait', y: [blocking, reactor] }],
      },
    };
  },
};

export const oneConnection: ClaimTest = {
  number: 9,
  title: 'Multiplexing does not make one connection faster.',
  costS: 25,
  async measure(context) {
    const one = { active: 1, idle: 0 };
    const names = context.backends('epoll', 'poll', 'select', 'epoll-et', 'sigio', 'io-uring');
    const blocking = await context.server('epoll', one, { example: 'blocking' });
    const all = [];
    for (const name of names) all.push(await context.server(name, one));
    const times = all.map(({ p50Us }) => p50Us);
    const cpu = all.map(({ cpuUs }) => cpuUs);
    // What is not faster by a tenth is not faster: half of a round trip is the kernel waking a process.
    const faster = names.filter((_, i) => (times[i] ?? 0) < blocking.p50Us * 0.9);
    return {
      verdict:
        faster.length === 0
          ? 'holds'
          : faster.length < names.length
            ? 'holds in part'
            : 'does not hold',
      figure: `Round trip of a single client, median: blocking ${nice(blocking.p50Us)} us, ${listed(names, times, ' us')}; CPU a request: blocking ${nice(blocking.cpuUs)} us, ${listed(names, cpu, ' us')}.`,
      why:
        faster.length === 0
          ? 'A wait tells that there is something to read, and then it must still be read: with one client that is a call more, and no less to wait for.'
          : `A wait before each read is a call more; that ${faster.join(', ')} came out faster is another way of being woken, not less waiting.`,
      chart: {
        ...{ title: 'Round trip of one client', kind: 'bar', xLabel: 'model or backend' },
        ...{ yLabel: 'us', xScale: 'linear', yScale: 'linear', x: ['blocking', ...names] },
        series: [{ name: 'median', y: [blocking.p50Us, ...times] }],
      },
    };
  },
};
