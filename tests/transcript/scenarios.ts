// SPDX-License-Identifier: MIT
// What a client does to an echo server and what must come back. Each scenario holds for every example,
// backend and runtime, but where an example's own nature forbids it.

import { expect } from 'vitest';
import { bytes, Client } from '../support/client.ts';
import type { Server } from '../support/server.ts';

/** All byte values, in pieces of odd sizes, come back unchanged and in order. */
export async function binaryData({ port }: Server): Promise<void> {
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
export async function interleavedClients({ port }: Server): Promise<void> {
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
export async function oneClientAtATime({ port }: Server): Promise<void> {
  const first = await Client.connect(port);
  const second = await Client.connect(port);
  await second.send('second');
  for (let round = 0; round < 5; round++) {
    await first.send('first');
    expect(await first.readText(5)).toBe('first');
  }
  // The first was served five times over; the second has got nothing yet.
  expect(second.socket.read()).toBeNull();
  first.end();
  expect((await first.readToEnd()).length).toBe(0);
  expect(await second.readText(6)).toBe('second');
  second.close();
  first.close();
}

/** The client ends its side behind its data, and still gets all of it and then the server's end. */
export async function halfClose({ port }: Server, length = 200_000): Promise<void> {
  const client = await Client.connect(port);
  const data = bytes(length, 2);
  const sent = client.send(data);
  client.end();
  const received = await client.readToEnd();
  await sent;
  expect(received.equals(data)).toBe(true);
  client.close();
}

/** Resets before, between and amid data cost those clients alone. */
export async function resets(server: Server, concurrent: boolean): Promise<void> {
  const witness = concurrent ? await Client.connect(server.port) : undefined;
  for (let round = 0; round < 6; round++) {
    const client = await Client.connect(server.port);
    if (round % 3 > 0) await client.send('bytes');
    if (round % 3 > 1) {
      await client.read(1);
      await client.send(bytes(3000));
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

/** A client that sends without reading gets all of it once it reads, however much that is. */
export async function slowReader({ port }: Server, length: number): Promise<void> {
  const client = await Client.connect(port);
  const data = bytes(length, 3);
  const sent = client.send(data);
  client.end();
  // Long enough for every buffer on the way to fill.
  await new Promise((resolve) => setTimeout(resolve, 300));
  for (let at = 0; at < length; ) {
    const size = Math.min(1 << 20, length - at);
    expect((await client.read(size)).equals(data.subarray(at, at + size))).toBe(true);
    at += size;
    if (at % (8 << 20) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect((await client.readToEnd()).length).toBe(0);
  await sent;
  client.close();
}

/** The share of a core that the server uses with idle connections, over a second. */
export async function idleShare(server: Server, connections: number): Promise<number> {
  const clients = await Promise.all(
    Array.from({ length: connections }, () => Client.connect(server.port)),
  );
  await new Promise((resolve) => setTimeout(resolve, 200));
  const before = { cpu: server.cpuSeconds(), at: performance.now() };
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const share = (server.cpuSeconds() - before.cpu) / ((performance.now() - before.at) / 1000);
  for (const client of clients) client.close();
  return share;
}
