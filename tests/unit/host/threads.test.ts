// SPDX-License-Identifier: MIT
// A run on a worker thread, ended from another one: the eventfd wakes the wait, and the listener's
// port is free again.

import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { backends, stop } from '../../../dist/index.js';
import type { BackendInfo } from '../../../host/index.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Runs a guest and tells its id and port, then how it ended. */
const script = `
  import { parentPort, workerData } from 'node:worker_threads';
  const { run } = await import(workerData.index);
  try {
    const status = run({
      ...workerData.options,
      onListening: ({ id, addresses }) => parentPort.postMessage({ id, port: addresses[0].port }),
    });
    parentPort.postMessage({ status });
  } catch (error) {
    parentPort.postMessage({ code: error.code });
  }
`;

function start(example: string, backend: string): Worker {
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`), {
    workerData: {
      index: `file://${root}dist/index.js`,
      options: {
        module: `${root}build/examples/${example}.wasm`,
        listen: ['127.0.0.1:0'],
        backend,
      },
    },
  });
}

const cells = backends().flatMap(({ name }: BackendInfo) => [
  ['echo', name],
  ['blocking', name],
]) as [string, string][];

test.each(cells)('%s on %s is ended by another thread', async (example, backend) => {
  const worker = start(example, backend);
  const [{ id, port }] = await once(worker, 'message');
  const socket = createConnection(port, '127.0.0.1');
  socket.write('hello');
  expect(String((await once(socket, 'data'))[0])).toBe('hello');
  // The main thread lives on meanwhile: this is its event loop.
  const ended = once(worker, 'message');
  const closed = once(socket, 'close');
  socket.resume();
  expect(stop(id)).toBe(true);
  expect((await ended)[0]).toEqual({ code: 'ERR_STOPPED' });
  await closed;
  expect(stop(id)).toBe(false);
  const again = createServer().listen(port, '127.0.0.1');
  await once(again, 'listening');
  again.close();
  await worker.terminate();
});

test('two runs at once on two threads are two hosts', async () => {
  const workers = [start('echo', 'epoll'), start('echo', 'poll')];
  const told = await Promise.all(workers.map((worker) => once(worker, 'message')));
  for (const [{ port }] of told) {
    const socket = createConnection(port, '127.0.0.1');
    socket.write('x');
    expect(String((await once(socket, 'data'))[0])).toBe('x');
    socket.destroy();
  }
  const ends = workers.map((worker) => once(worker, 'message'));
  for (const [{ id }] of told) expect(stop(id)).toBe(true);
  for (const end of ends) expect((await end)[0]).toEqual({ code: 'ERR_STOPPED' });
  await Promise.all(workers.map((worker) => worker.terminate()));
});
