// SPDX-License-Identifier: MIT
// Claims 7, 8 and 9: blocking, non-blocking and multiplexing with few clients.

import { claimEntry } from '../contenders.ts';
import { processCounters } from '../kernel.ts';
import { startServer } from '../server.ts';
import { pairedRatio } from '../statistics.ts';
import { dial, exchange } from './clients.ts';
import type { ClaimContext, ClaimTest, Measured } from './context.ts';
import { bars, listed, nice, verdictOf } from './say.ts';

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
      verdict: verdictOf(sleeps, wastes),
      figure: `Of a core, with no client at all: blocking ${nice(blocking)}%, non-blocking ${nice(nonblocking)}%, the reactor ${nice(reactor)}%.`,
      why: 'A blocking call sleeps in the kernel until there is something; a non-blocking loop asks again and again and is told "not yet". A reactor is non-blocking too, and sleeps in its wait.',
      chart: bars(
        'CPU of an idle server',
        ['model', '% of a core'],
        ['blocking', 'non-blocking', 'reactor'],
        { CPU: shares },
      ),
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
      verdict: verdictOf(waits, serves),
      figure: `While a first client stayed for ${STAY_MS} ms, the second one waited for its answer: blocking ${nice(blocking)} ms, the reactor ${nice(reactor)} ms.`,
      why: 'The blocking server sleeps in the read of the first client; the second one is in the backlog until that client leaves.',
      chart: bars("The second client's wait", ['model', 'ms'], ['blocking', 'reactor'], {
        wait: [blocking, reactor],
      }),
    };
  },
};

/**
 * Faster in each repetition, and by a tenth: half of a round trip is the kernel waking a process, which
 * varies by more than a call costs.
 */
function isFaster(one: Measured | undefined, than: Measured | undefined): boolean {
  const times = (of: Measured | undefined) => of?.samples.map(({ p50Us }) => p50Us) ?? [];
  const ratio = pairedRatio(times(one), times(than));
  return ratio !== null && ratio.max < 1 && ratio.median < 0.9;
}

export const oneConnection: ClaimTest = {
  number: 9,
  title: 'Multiplexing does not make one connection faster.',
  costS: 25,
  async measure(context) {
    const names = context.backends('epoll', 'poll', 'select', 'epoll-et', 'sigio', 'io-uring');
    const [blocking, ...all] = await context.servers(
      [{ backend: 'epoll', example: 'blocking' }, ...names.map((backend) => ({ backend }))],
      { active: 1, idle: 0 },
    );
    const times = [blocking, ...all].map((one) => one?.p50Us ?? Number.NaN);
    const cpu = [blocking, ...all].map((one) => one?.cpuUs ?? Number.NaN);
    const faster = names.filter((_, i) => isFaster(all[i], blocking));
    return {
      verdict: verdictOf(...names.map((name) => !faster.includes(name))),
      figure: `Round trip of a single client, median: ${listed(['blocking', ...names], times, ' us')}; CPU a request: ${listed(['blocking', ...names], cpu, ' us')}.`,
      why:
        faster.length === 0
          ? 'A wait tells that there is something to read, and then it must still be read: with one client that is a call more, and no less to wait for.'
          : `A wait before each read is a call more; that ${faster.join(', ')} came out faster is another way of being woken, not less waiting.`,
      chart: bars('Round trip of one client', ['model or backend', 'us'], ['blocking', ...names], {
        median: times,
      }),
    };
  },
};
