// SPDX-License-Identifier: MIT
// A host without a guest: the test calls the imports itself, on a memory of its own.

import { createConnection, type Socket } from 'node:net';
import { Host, type HostOptions } from '../../../host/wasi/host.ts';

/** Where the tests put things in the guest's memory. */
export const at = { result: 16, record: 64, iovs: 256, path: 512, data: 4096 } as const;

/** The calls of a guest by name, and its memory. */
export interface Fixture {
  readonly host: Host;
  readonly memory: WebAssembly.Memory;
  call(name: string, ...args: (number | bigint)[]): number;
  u32(pointer: number): number;
  bytes(pointer: number, length: number): Buffer;
  /** Puts text at `at.path` and answers its length. */
  path(text: string): number;
  /** One iovec at `at.iovs` for `length` bytes at `at.data`. */
  iovec(length: number): void;
  connect(): Promise<Socket>;
}

export const listenSpec = { name: '', host: '127.0.0.1', port: 0, backlog: 16, reuseport: false };

export function fixture(options: Partial<HostOptions> = {}, pages = 2): Fixture {
  const host = new Host({
    args: ['guest'],
    env: {},
    listen: [listenSpec],
    dirs: [],
    backend: 'auto',
    ...options,
  });
  const memory = new WebAssembly.Memory({ initial: pages });
  host.attach(memory);
  const bytes = (pointer: number, length: number) => Buffer.from(memory.buffer, pointer, length);
  return {
    host,
    memory,
    bytes,
    call: (name, ...args) => {
      const errno = host.imports[name]?.(...args);
      if (errno === undefined) throw new Error(`no import ${name}`);
      return errno;
    },
    u32: (pointer) => bytes(pointer, 4).readUInt32LE(),
    path: (text) => bytes(at.path, 1024).write(text),
    iovec: (length) => {
      bytes(at.iovs, 8).writeUInt32LE(at.data, 0);
      bytes(at.iovs, 8).writeUInt32LE(length, 4);
    },
    connect: () => {
      const { port } = host.listeners[0] as { port: number };
      return new Promise((resolve, reject) => {
        const socket = createConnection(port, '127.0.0.1', () => resolve(socket));
        socket.once('error', reject);
      });
    },
  };
}

/** Polls until the call answers something else than EAGAIN. */
export async function until(call: () => number): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const errno = call();
    if (errno !== 6) return errno;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return 6;
}
