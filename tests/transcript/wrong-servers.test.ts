// SPDX-License-Identifier: MIT
// The scenarios, on servers that are wrong on purpose: each must notice what it is there to notice.
// A server that is right passes them all, so that it is the mistake they see.

import { once } from 'node:events';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Server } from '../support/server.ts';
import * as scenario from './scenarios.ts';

const open = new Set<{ destroy(): void }>();
afterEach(() => {
  for (const one of open) one.destroy();
  open.clear();
});

/** A server in this process; `serve` is its behaviour. The rest of `Server` is what a sleeper shows. */
async function server(serve: (socket: Socket, net: NetServer) => void): Promise<Server> {
  const net = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    serve(socket, net);
  }).listen(0, '127.0.0.1');
  await once(net, 'listening');
  open.add({ destroy: () => net.close() });
  return {
    port: (net.address() as { port: number }).port,
    folder: '',
    stdout: () => '',
    stderr: () => '',
    cpuSeconds: () => 1,
    residentBytes: () => 0,
    descriptors: () => 20,
    isAlive: () => net.listening,
    end: async () => ({ code: null, signal: null }),
    stop: async () => {},
  };
}

const right = (socket: Socket) => socket.pipe(socket);

/** What became of a scenario: `passed`, the message of its failure, or `waits` where nothing comes. */
function outcome(run: Promise<unknown>): Promise<string> {
  const limit = new Promise<string>((resolve) => setTimeout(resolve, 1500, 'waits'));
  return Promise.race([run.then(() => 'passed', String), limit]);
}

const MB = 1 << 20;

describe('a server that is right passes', () => {
  test.each<[string, (server: Server) => Promise<unknown>]>([
    ['binary data', scenario.binaryData],
    ['interleaved clients', scenario.interleavedClients],
    ['half-close', scenario.halfClose],
    ['resets', (one) => scenario.resets(one, true)],
    ['slow reader', (one) => scenario.slowReader(one, 24 * MB)],
    ['many connections', (one) => scenario.manyConnections(one, 200)],
    ['nothing is left', (one) => scenario.nothingIsLeft(one, 21)],
  ])('%s', async (_, run) => {
    await run(await server(right));
  });
});

test('binary data: a server that takes bytes for text', async () => {
  const wrong = await server((socket) => {
    socket.setEncoding('utf8').on('data', (text) => socket.write(text));
    socket.on('end', () => socket.end());
  });
  expect(await outcome(scenario.binaryData(wrong))).not.toBe('passed');
});

test('binary data: a server that stops at a zero byte', async () => {
  const wrong = await server((socket) => {
    socket.on('data', (data: Buffer) => {
      const zero = data.indexOf(0);
      socket.write(zero < 0 ? data : data.subarray(0, zero));
    });
  });
  expect(await outcome(scenario.binaryData(wrong))).not.toBe('passed');
});

test('interleaved clients: a server that answers with what another sent before', async () => {
  let last: Buffer | undefined;
  const wrong = await server((socket) => {
    socket.on('data', (data: Buffer) => {
      socket.write(last ?? data);
      last = data;
    });
  });
  expect(await outcome(scenario.interleavedClients(wrong))).not.toBe('passed');
});

test('interleaved clients: a server for one client at a time', async () => {
  let busy = false;
  const wrong = await server((socket) => {
    if (busy) return;
    busy = true;
    right(socket).on('close', () => {
      busy = false;
    });
  });
  expect(await outcome(scenario.interleavedClients(wrong))).not.toBe('passed');
});

test('one client at a time: a server for many', async () => {
  const wrong = await server(right);
  expect(await outcome(scenario.oneClientAtATime(wrong))).not.toBe('passed');
});

test('half-close: a server that takes the end of the sending for the end of all', async () => {
  const wrong = await server((socket) => {
    let unsent: Buffer = Buffer.alloc(0);
    socket.on('data', (data: Buffer) => {
      socket.write(unsent);
      unsent = data;
    });
    socket.on('end', () => socket.end());
  });
  expect(await outcome(scenario.halfClose(wrong))).not.toBe('passed');
});

test('resets: a server that a reset ends', async () => {
  const wrong = await server((socket, net) => {
    right(socket).on('error', () => {
      net.close();
      for (const one of open) one.destroy();
    });
  });
  expect(await outcome(scenario.resets(wrong, true))).not.toBe('passed');
  expect(await outcome(scenario.resets(wrong, false))).not.toBe('passed');
});

test('slow reader: a server that drops what its queue has no room for', async () => {
  const wrong = await server((socket) => {
    socket.on('data', (data: Buffer) => {
      if (socket.writableLength < 4 * MB) socket.write(data);
    });
    socket.on('end', () => socket.end());
  });
  expect(await outcome(scenario.slowReader(wrong, 24 * MB))).not.toBe('passed');
});

test('many connections: a server that forgets those beyond a hundred', async () => {
  let count = 0;
  const wrong = await server((socket) => (++count <= 100 ? right(socket) : socket));
  expect(await outcome(scenario.manyConnections(wrong, 200))).not.toBe('passed');
});

test('idle: a server that spins, and one that sleeps', async () => {
  const spinning = { ...(await server(right)), cpuSeconds: () => performance.now() / 1000 };
  const sleeping = await server(right);
  expect(await scenario.idleShare(spinning)).toBeGreaterThan(0.9);
  expect(await scenario.idleShare(sleeping)).toBe(0);
  await scenario.spins(spinning);
  expect(await outcome(scenario.spins(sleeping))).toBe('waits');
});

test('nothing is left: a server that keeps a descriptor', async () => {
  const wrong = { ...(await server(right)), descriptors: () => 21 };
  expect(await outcome(scenario.nothingIsLeft(wrong, 21))).not.toBe('passed');
});
