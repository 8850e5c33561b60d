// SPDX-License-Identifier: MIT
// What the clients of a foreign echo server do beyond tests/transcript/scenarios.ts.

import { expect } from 'vitest';
import { bytes, Client } from '../support/client.ts';
import type { Server } from '../support/server.ts';

type Port = Pick<Server, 'port'>;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Numbers that look random and are the same for the same seed. */
export function random(seed: number): (below: number) => number {
  let state = (seed * 2654435761) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** `count` clients at once, each with its own bytes, all of which come back. */
export async function manyClients({ port }: Port, count: number): Promise<void> {
  const clients: Client[] = [];
  while (clients.length < count) {
    const batch = Math.min(100, count - clients.length);
    clients.push(...(await Promise.all(Array.from({ length: batch }, () => Client.connect(port)))));
  }
  await Promise.all(
    clients.map(async (client, i) => {
      const data = bytes(3000 + 17 * i, i + 1);
      const sent = client.send(data);
      expect((await client.read(data.length)).equals(data)).toBe(true);
      await sent;
    }),
  );
  for (const client of clients) client.end();
  for (const client of clients) expect((await client.readToEnd()).length).toBe(0);
  for (const client of clients) client.close();
}

/** Clients that leave at once, with and without a word, by FIN and by reset, cost nobody else. */
export async function closeAtOnce(server: Pick<Server, 'port' | 'isAlive'>): Promise<void> {
  const leave = async (i: number) => {
    const client = await Client.connect(server.port);
    if (i % 3 === 1) await client.send('gone');
    if (i % 2 === 0) client.reset();
    else client.close();
  };
  await Promise.all(Array.from({ length: 60 }, (_, i) => leave(i)));
  const next = await Client.connect(server.port);
  await next.send('next');
  expect(await next.readText(4)).toBe('next');
  next.close();
  expect(server.isAlive()).toBe(true);
}

/**
 * `count` clients that speak in pieces of random sizes with random pauses, while each of them reads with
 * pauses of its own: a wake-up that is lost shows as a client that waits for ever. Each client comes
 * back as a new connection after some rounds, so that descriptor numbers are used again.
 */
export async function pausesAndSizes({ port }: Port, count: number, rounds: number): Promise<void> {
  const visit = async (number: (below: number) => number) => {
    const client = await Client.connect(port);
    for (let round = 0; round < rounds; round++) {
      // Many small pieces; some that fill every buffer on the way, so that the server waits to write.
      const pieces = Array.from({ length: 1 + number(4) }, () =>
        bytes(1 + (number(40) === 0 ? number(2_000_000) : number(3000)), number(1e6)),
      );
      const sent = (async () => {
        for (const piece of pieces) {
          if (number(2) === 0) await sleep(number(8));
          await client.send(piece);
        }
      })();
      if (number(4) === 0) await sleep(number(20));
      const expected = Buffer.concat(pieces);
      const [received] = await Promise.all([client.read(expected.length), sent]);
      expect(received.equals(expected)).toBe(true);
    }
    if (number(4) > 0) {
      client.end();
      expect((await client.readToEnd()).length).toBe(0);
    }
    client.close();
  };
  await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const number = random(i + 1);
      for (let visits = 0; visits < 3; visits++) await visit(number);
    }),
  );
}

/**
 * A signal drains the server: its accept fails, upon which it ends by itself, with a status of its own; or where it
 * `stays`, by that signal, after the time for it. While it waits, and with clients in the middle of it.
 */
export async function endsBySignal(
  server: Server,
  signal: NodeJS.Signals,
  stays = false,
): Promise<void> {
  const clients = await Promise.all([1, 2, 3].map(() => Client.connect(server.port)));
  await clients[0]?.send('hello');
  expect(await clients[0]?.readText(5)).toBe('hello');
  clients[1]?.send(bytes(8 << 20)).catch(() => {});
  const end = stays ? { code: null, signal } : { code: expect.any(Number), signal: null };
  expect(await server.end(signal)).toEqual(end);
  await expect(Client.connect(server.port)).rejects.toThrow(/ECONNREFUSED/);
  for (const client of clients) client.close();
}

/**
 * The smallest share of a core that the server uses in any of some windows in which nobody speaks. What
 * spins has no quiet window; what a busy machine delays has one.
 */
export async function quietestShare(
  server: Pick<Server, 'cpuSeconds'>,
  windows = 8,
): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let window = 0; window < windows && least >= 0.02; window++) {
    const before = { cpu: server.cpuSeconds(), at: performance.now() };
    await sleep(1000);
    const seconds = (performance.now() - before.at) / 1000;
    least = Math.min(least, (server.cpuSeconds() - before.cpu) / seconds);
  }
  return least;
}
