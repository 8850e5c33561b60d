// SPDX-License-Identifier: MIT
// What a client does to an echo server and what must come back. Each scenario holds for every example,
// backend and runtime, but where an example's own nature forbids it.

import { expect } from 'vitest';
import { bytes, Client } from '../support/client.ts';
import type { Server } from '../support/server.ts';

/** A server as far as its clients see it. */
type Port = Pick<Server, 'port'>;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** All byte values, in pieces of odd sizes, come back unchanged and in order. */
export async function binaryData({ port }: Port): Promise<void> {
  const client = await Client.connect(port);
  const data = Buffer.concat([
    Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
    bytes(20_000),
  ]);
  for (let at = 0, size = 1; at < data.length; at += size, size = (size * 3 + 1) % 4093) {
    const piece = data.subarray(at, at + size);
    await client.send(piece);
    expect((await client.read(piece.length)).equals(piece)).toBe(true);
  }
  client.end();
  expect((await client.readToEnd()).length).toBe(0);
  client.close();
}

/** Many clients at once, message by message: everyone gets their own bytes. */
export async function interleavedClients({ port }: Port): Promise<void> {
  const clients = await Promise.all(Array.from({ length: 40 }, () => Client.connect(port)));
  for (let round = 0; round < 4; round++) {
    // All send before anybody reads, from the last to the first in every second round.
    const order = round % 2 === 0 ? clients : [...clients].reverse();
    await Promise.all(order.map((client) => client.send(`${round}:${clients.indexOf(client)};`)));
    for (const client of clients) {
      const text = `${round}:${clients.indexOf(client)};`;
      expect(await client.readText(text.length)).toBe(text);
    }
  }
  for (const client of clients) client.end();
  for (const client of clients) expect((await client.readToEnd()).length).toBe(0);
  for (const client of clients) client.close();
}

/** A blocking server has one client; the next waits in the backlog until the first has gone. */
export async function oneClientAtATime({ port }: Port): Promise<void> {
  const first = await Client.connect(port);
  const second = await Client.connect(port);
  await second.send('second');
  let isServed = false;
  const turn = second.readText(6).finally(() => {
    isServed = true;
  });
  for (let round = 0; round < 5; round++) {
    await first.send('first');
    expect(await first.readText(5)).toBe('first');
  }
  // The first was served five times over; the second has got nothing yet.
  expect(isServed).toBe(false);
  first.end();
  expect((await first.readToEnd()).length).toBe(0);
  expect(await turn).toBe('second');
  second.close();
  first.close();
}

/** The client ends its side behind its data, and still gets all of it and then the server's end. */
export async function halfClose({ port }: Port): Promise<void> {
  const client = await Client.connect(port);
  const data = bytes(200_000, 2);
  const sent = client.send(data);
  client.end();
  const received = await client.readToEnd();
  await sent;
  expect(received.equals(data)).toBe(true);
  client.close();
}

/** Resets before, between and amid data, read or not, cost those clients alone. */
export async function resets(
  server: Pick<Server, 'port' | 'isAlive'>,
  concurrent: boolean,
): Promise<void> {
  const witness = concurrent ? await Client.connect(server.port) : undefined;
  for (let round = 0; round < 8; round++) {
    const client = await Client.connect(server.port);
    if (round % 4 > 0) await client.send('bytes');
    if (round % 4 === 2) {
      await client.read(1);
      await client.send(bytes(3000));
    }
    if (round % 4 === 3) {
      // The answers fill every buffer on the way: the reset finds a server that waits to send.
      client.send(bytes(8 << 20)).catch(() => {});
      await sleep(50);
    }
    client.reset();
    if (witness !== undefined) {
      await witness.send('still here');
      expect(await witness.readText(10)).toBe('still here');
    }
  }
  witness?.close();
  const next = await Client.connect(server.port);
  await next.send('next');
  expect(await next.readText(4)).toBe('next');
  next.close();
  expect(server.isAlive()).toBe(true);
}

/** How many descriptors the server has while it serves one client. */
export async function descriptorsWithOneClient(
  server: Pick<Server, 'port' | 'descriptors'>,
): Promise<number> {
  const client = await Client.connect(server.port);
  await client.send('first');
  expect(await client.readText(5)).toBe('first');
  const count = server.descriptors();
  client.close();
  return count;
}

/** Once all clients are gone, the server has fewer descriptors than with one of them. */
export async function nothingIsLeft(
  server: Pick<Server, 'descriptors'>,
  withOneClient: number,
): Promise<void> {
  for (let tries = 0; tries < 500 && server.descriptors() >= withOneClient; tries++) {
    await sleep(10);
  }
  expect(server.descriptors()).toBeLessThan(withOneClient);
}

/** A client that sends without reading gets all of it once it reads, however much that is. */
export async function slowReader({ port }: Port, length: number): Promise<void> {
  const client = await Client.connect(port);
  const data = bytes(length, 3);
  const sent = client.send(data);
  client.end();
  // Long enough for every buffer on the way to fill.
  await sleep(150);
  for (let at = 0; at < length; ) {
    const size = Math.min(1 << 20, length - at);
    expect((await client.read(size)).equals(data.subarray(at, at + size))).toBe(true);
    at += size;
    if (at % (8 << 20) === 0) await sleep(20);
  }
  expect((await client.readToEnd()).length).toBe(0);
  await sent;
  client.close();
}

/** The share of a core that the server uses over a second in which nobody speaks. */
export async function idleShare(server: Pick<Server, 'port' | 'cpuSeconds'>): Promise<number> {
  const clients = await Promise.all([1, 2, 3].map(() => Client.connect(server.port)));
  await sleep(200);
  const before = { cpu: server.cpuSeconds(), at: performance.now() };
  await sleep(1000);
  const share = (server.cpuSeconds() - before.cpu) / ((performance.now() - before.at) / 1000);
  for (const client of clients) client.close();
  return share;
}

/** Waits until an idle server has used half a second of CPU. One that sleeps never has. */
export async function spins(server: Pick<Server, 'port' | 'cpuSeconds'>): Promise<void> {
  const client = await Client.connect(server.port);
  const before = server.cpuSeconds();
  // A machine with other work gives the server less of its time, but it gives it some.
  for (let tries = 0; tries < 300 && server.cpuSeconds() - before < 0.5; tries++) await sleep(100);
  expect(server.cpuSeconds() - before).toBeGreaterThanOrEqual(0.5);
  client.close();
}

/** `count` connections of which one is busy; then all of them speak. */
export async function manyConnections({ port }: Port, count: number): Promise<void> {
  const clients: Client[] = [];
  while (clients.length < count) {
    clients.push(...(await Promise.all(Array.from({ length: 100 }, () => Client.connect(port)))));
  }
  const busy = clients[17] as Client;
  for (let round = 0; round < 300; round++) {
    await busy.send('ping');
    expect(await busy.readText(4)).toBe('ping');
  }
  await Promise.all(clients.map((client, i) => client.send(String(i).padStart(5))));
  for (const [i, client] of clients.entries()) {
    expect(await client.readText(5)).toBe(String(i).padStart(5));
  }
  for (const client of clients) client.close();
}

/** `count` short connections, so many at once: a message and its echo, then by turns an orderly end or a reset. */
export async function churn({ port }: Port, count: number, atOnce = 40): Promise<void> {
  let left = count;
  const worker = async (number: number) => {
    // Ports of several addresses, so that those that the kernel holds back (TIME_WAIT) are enough.
    const localAddress = `127.0.0.${2 + (number % 8)}`;
    while (left-- > 0) {
      const client = await Client.connect(port, { localAddress });
      await client.send('churn');
      // Without expect(), which costs more than the connection.
      const answer = await client.readText(5);
      if (answer !== 'churn') throw new Error(`got ${JSON.stringify(answer)}`);
      if (left % 4 === 0) client.close();
      else client.reset();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, number) => worker(number)));
}
