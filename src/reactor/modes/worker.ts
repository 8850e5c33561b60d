// SPDX-License-Identifier: MIT
// Mode 'worker': the guest blocks in the backend, on a thread of its own.

import { Worker } from 'node:worker_threads';
import { bury, drain, type HostStats, PolluxError, statsOf, stop } from '../../../host/index.ts';
import { type Ending, type EndingMessage, endingOf, fromMessage } from '../ending.ts';
import type { Instance, InstancePlan, InstanceSink } from '../instance.ts';

/** What a guest has to make a WASI call in, once it is stopped, before its thread is ended. ms. */
const GRACE_MS = 300;

/** What the thread tells (worker-entry.ts). */
export type WorkerMessage =
  | {
      readonly type: 'made';
      readonly id: number;
      readonly backend: string;
      readonly listenerFds: readonly number[];
    }
  | { readonly type: 'serving' }
  | { readonly type: 'output'; readonly fd: 1 | 2; readonly bytes: Uint8Array }
  | { readonly type: 'trace'; readonly text: string }
  | { readonly type: 'warn'; readonly message: string }
  | {
      readonly type: 'ended';
      readonly ending: EndingMessage;
      readonly stats: HostStats | undefined;
    };

/** The thread's program: in dist/, also for those who run pollux from its sources. */
function entry(): URL {
  return new URL(
    import.meta.url.endsWith('.ts') ? '../../../dist/worker.js' : './worker.js',
    import.meta.url,
  );
}

/** Starts an instance on a thread. See StartInstance. */
export function startInWorker(plan: InstancePlan, sink: InstanceSink): Promise<Instance> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(entry(), { name: 'pollux' });
    const instance = new WorkerInstance(worker, sink, resolve, reject);
    worker.postMessage(plan);
    sink.made(instance);
  });
}

class WorkerInstance implements Instance {
  id = 0;
  backend = '';
  listenerFds: readonly number[] = [];
  readonly ended: Promise<Ending>;
  readonly #worker: Worker;
  #stats: HostStats | undefined;
  /** How it ended, by its own word or ours; the thread's own end tells the rest. */
  #ending: Ending | undefined;
  #forced: NodeJS.Timeout | undefined;

  constructor(
    worker: Worker,
    sink: InstanceSink,
    started: (instance: Instance) => void,
    failed: (error: Error) => void,
  ) {
    this.#worker = worker;
    worker.on('message', (message: WorkerMessage) => {
      switch (message.type) {
        case 'made':
          this.id = message.id;
          this.backend = message.backend;
          this.listenerFds = message.listenerFds;
          // Stopped before there was anything to stop.
          if (this.#ending !== undefined) stop(this.id);
          break;
        case 'serving':
          started(this);
          break;
        case 'output':
          sink.output(message.fd, message.bytes);
          break;
        case 'trace':
          sink.trace(message.text);
          break;
        case 'warn':
          sink.warn(message.message);
          break;
        case 'ended':
          this.#stats = message.stats;
          this.#ending ??= fromMessage(message.ending);
          break;
      }
    });
    worker.on('error', (error) => {
      this.#ending ??= endingOf(workerError(error));
    });
    this.ended = new Promise((resolve) => {
      worker.on('exit', () => {
        clearTimeout(this.#forced);
        bury(this.id);
        const ending = this.#ending ?? {
          kind: 'error',
          error: new Error('the thread of the guest ended without a word'),
        };
        // One that was never made has failed; one that ended before it waited was started all the same.
        if (this.id === 0 && 'error' in ending) failed(ending.error);
        else started(this);
        resolve(ending);
      });
    });
  }

  stats(): HostStats | undefined {
    return this.#stats ?? statsOf(this.id);
  }

  drain(): void {
    drain(this.id);
  }

  stop(why: Ending = { kind: 'stopped' }): void {
    this.#ending ??= why;
    stop(this.id);
    this.#forced ??= setTimeout(() => {
      this.#stats = statsOf(this.id);
      void this.#worker.terminate();
    }, GRACE_MS);
  }
}

/** The engine's words for a thread that used up its heap name neither us nor the guest. */
function workerError(error: Error): Error {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') return error;
  return new PolluxError(
    'ERR_LIMIT_MEMORY',
    'the JavaScript heap of the thread that the guest runs on is full; give Node more by --max-old-space-size',
    { cause: error },
  );
}
