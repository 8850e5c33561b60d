// SPDX-License-Identifier: MIT
// A client on a plain socket: what it sends and reads is told in the test, step by step.

import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';

/** One connection. It does not read on its own: bytes stay in the kernel until a `read…` takes them. */
export class Client {
  readonly socket: Socket;
  /** Our end as the server may name it; kept, as a closed socket has none. */
  readonly address: string;
  #chunks: Buffer[] = [];
  #ended = false;
  #error: Error | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.address = `${socket.localAddress}:${socket.localPort}`;
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.on('end', () => {
      this.#ended = true;
    });
  }

  static async connect(
    port: number,
    options: { host?: string; localAddress?: string } = {},
  ): Promise<Client> {
    // Half-open: the server's FIN does not make us send ours.
    const socket = createConnection({ port, host: '127.0.0.1', allowHalfOpen: true, ...options });
    socket.pause();
    await once(socket, 'connect');
    return new Client(socket);
  }

  /** What the kernel and this process may hold is sent; resolves when all is handed over. */
  send(data: Buffer | string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.write(data, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Ends our side; the server's stays. */
  end(): void {
    this.socket.end();
  }

  /** Ends the connection by a reset. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  close(): void {
    this.socket.destroy();
  }

  /** Exactly `length` bytes. Rejects where the server ends before. */
  async read(length: number): Promise<Buffer> {
    let have = this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    while (have < length) {
      const chunk = await this.#next();
      if (chunk === null) throw new Error(`the server ended after ${have} of ${length} bytes`);
      have += chunk.length;
    }
    const all = Buffer.concat(this.#chunks);
    this.#chunks = have > length ? [all.subarray(length)] : [];
    return all.subarray(0, length);
  }

  async readText(length: number): Promise<string> {
    return (await this.read(length)).toString();
  }

  /** All until the server's FIN. */
  async readToEnd(): Promise<Buffer> {
    while ((await this.#next()) !== null);
    return Buffer.concat(this.#chunks.splice(0));
  }

  async #next(): Promise<Buffer | null> {
    for (;;) {
      if (this.#error !== undefined) throw this.#error;
      const chunk = this.socket.read() as Buffer | null;
      if (chunk !== null) {
        this.#chunks.push(chunk);
        return chunk;
      }
      if (this.#ended || this.socket.destroyed) return null;
      await new Promise<void>((resolve) => {
        const done = () => {
          for (const name of ['readable', 'end', 'error', 'close']) this.socket.off(name, done);
          resolve();
        };
        for (const name of ['readable', 'end', 'error', 'close']) this.socket.once(name, done);
      });
    }
  }
}

/** Bytes without a pattern that repeats, the same for the same seed. */
export function bytes(length: number, seed = 1): Buffer {
  const data = Buffer.allocUnsafe(length);
  let state = seed * 2654435761;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state >>> 24;
  }
  return data;
}
