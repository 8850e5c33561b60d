// SPDX-License-Identifier: MIT
// One connection of a script. It reads nothing on its own: bytes stay in the kernel until a line of the
// script takes them, so that a guest can fill its side.

import { once } from 'node:events';
import { createConnection } from 'node:net';

export class Client {
  #socket;
  /** @type {NodeJS.ErrnoException | undefined} */
  #error;
  #ended = false;
  #chunks = /** @type {Buffer[]} */ ([]);

  /** @param {import('node:net').Socket} socket */
  constructor(socket) {
    this.#socket = socket;
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.on('end', () => {
      this.#ended = true;
    });
  }

  /** @param {number} port */
  static async connect(port) {
    // Half-open: the guest's FIN does not make us send ours.
    const socket = createConnection({
      port,
      host: '127.0.0.1',
      allowHalfOpen: true,
      noDelay: true,
    });
    socket.pause();
    await once(socket, 'connect');
    return new Client(socket);
  }

  /** @param {number} port */
  static async isRefused(port) {
    const socket = createConnection({ port, host: '127.0.0.1' });
    try {
      await once(socket, 'connect');
    } catch {
      return;
    }
    socket.destroy();
    throw new Error('the connection was accepted');
  }

  /** Resolves once the kernel has it all. @param {Buffer} data @returns {Promise<void>} */
  send(data) {
    return new Promise((resolve, reject) => {
      this.#socket.write(data, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Ends our direction. @returns {Promise<void>} */
  end() {
    return new Promise((resolve, reject) => {
      this.#socket.once('error', reject);
      this.#socket.end(() => resolve());
    });
  }

  async close() {
    if (this.#socket.destroyed) return;
    this.#socket.destroy();
    await once(this.#socket, 'close');
  }

  async reset() {
    this.#socket.resetAndDestroy();
    await once(this.#socket, 'close');
  }

  /** The next bytes, exactly. @param {Buffer} wanted */
  async receives(wanted) {
    let have = this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    while (have < wanted.length) {
      const chunk = await this.#next();
      if (chunk === null) throw new Error(`the guest ended after ${have} bytes`);
      have += chunk.length;
    }
    const all = Buffer.concat(this.#chunks);
    this.#chunks = have > wanted.length ? [all.subarray(wanted.length)] : [];
    const got = all.subarray(0, wanted.length);
    if (got.equals(wanted)) return;
    const at = got.findIndex((byte, i) => byte !== wanted[i]);
    const seen = wanted.length > 80 ? `byte ${at} is ${got[at]}` : JSON.stringify(got.toString());
    throw new Error(`it received something else: ${seen}`);
  }

  /** Takes what comes from now on, until the end. */
  drain() {
    this.#socket.on('data', () => {});
    this.#socket.resume();
  }

  async seesEnd() {
    const chunk = await this.#next();
    if (chunk !== null) throw new Error(`it received ${chunk.length} bytes more`);
  }

  async seesReset() {
    try {
      while ((await this.#next()) !== null);
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ECONNRESET') return;
      throw error;
    }
    throw new Error('it saw the end, and no reset');
  }

  /** The end or a reset, whatever is said before. */
  async isGone() {
    try {
      while ((await this.#next()) !== null);
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ECONNRESET') throw error;
    }
  }

  /** Ends what is left of the connection, at once. */
  destroy() {
    this.#socket.destroy();
  }

  /** The next chunk, null at the end. @returns {Promise<Buffer | null>} */
  async #next() {
    const socket = this.#socket;
    for (;;) {
      if (this.#error !== undefined) throw this.#error;
      const chunk = /** @type {Buffer | null} */ (socket.read());
      if (chunk !== null) {
        this.#chunks.push(chunk);
        return chunk;
      }
      if (this.#ended || socket.destroyed) return null;
      await new Promise((resolve) => {
        const names = ['readable', 'end', 'error', 'close'];
        const done = () => {
          for (const name of names) socket.off(name, done);
          resolve(undefined);
        };
        for (const name of names) socket.once(name, done);
      });
    }
  }
}
