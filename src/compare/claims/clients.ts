// SPDX-License-Identifier: MIT
// Clients of the claims that are about a few connections, and not about load.

import { connect, type Socket } from 'node:net';
import type { Entry } from '../contenders.ts';
import { startServer } from '../server.ts';

/** From when on silence is an answer. */
const SILENCE_MS = 1500;

/** A connection, once it is made. */
export function dial(port: number): Promise<Socket> {
  return new Promise((done, fail) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => done(socket));
    socket.on('error', fail);
  });
}

/** Sends, and waits for so many bytes; answers how many came before a silence. */
export function exchange(socket: Socket, message: Uint8Array, silenceMs = SILENCE_MS) {
  return new Promise<number>((done) => {
    let received = 0;
    const onData = (data: Uint8Array) => {
      received += data.length;
      if (received >= message.length) finish();
      else timer.refresh();
    };
    const finish = () => {
      clearTimeout(timer);
      socket.off('data', onData);
      socket.off('close', finish);
      done(received);
    };
    const timer = setTimeout(finish, silenceMs);
    socket.on('data', onData).on('close', finish);
    socket.write(message);
  });
}

/** How many of so many connections at a time are answered a byte. */
export async function holdConnections(entry: Entry, core: number, count: number): Promise<number> {
  const server = await startServer(entry, '', core);
  const sockets: Socket[] = [];
  const byte = Uint8Array.of(1);
  let answered = 0;
  try {
    // A few at a time, below the backlog.
    for (let at = 0; at < count; at += 100) {
      const some = await Promise.all(
        Array.from({ length: Math.min(100, count - at) }, () => dial(server.port)),
      );
      sockets.push(...some);
      const counts = await Promise.all(some.map((socket) => exchange(socket, byte)));
      answered += counts.filter((received) => received === 1).length;
    }
    return answered;
  } finally {
    for (const socket of sockets) socket.resetAndDestroy();
    await server.stop();
  }
}
