// SPDX-License-Identifier: MIT
// The echo guest on a worker thread, with a listener that has no socket.

import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { stop } from '../../../host/index.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const script = `
  import { parentPort, workerData } from 'node:worker_threads';
  const { run } = await import(workerData.index);
  try {
    run({
      ...workerData.options,
      onListening: ({ id, addresses }) => parentPort.postMessage({ id, fd: addresses[0].fd }),
    });
  } catch (error) {
    parentPort.postMessage({ code: error.code });
  }
`;

/** A guest that runs on another thread, by what the addon's functions take. */
export interface EchoThread {
  readonly id: number;
  readonly fd: number;
  /** Ends it, and resolves when the thread is gone. */
  end(): Promise<void>;
}

/** Starts the echo server; it runs until it is stopped. */
export async function echoThread(
  backend = 'auto',
  listen: readonly string[] = ['app=internal:'],
): Promise<EchoThread> {
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`), {
    workerData: {
      index: `file://${root}dist/index.js`,
      options: { module: `${root}build/examples/echo.wasm`, listen, backend },
    },
  });
  const exited = once(worker, 'exit');
  const [{ id, fd }] = await once(worker, 'message');
  const end = async () => {
    stop(id);
    await exited;
  };
  return { id, fd, end };
}
