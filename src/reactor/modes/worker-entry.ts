// SPDX-License-Identifier: MIT
// The program of a guest's thread (dist/worker.js): it gets one plan, runs it to its end, and ends.

import { writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { Host } from '../../../host/index.ts';
import { type Ending, endingOf, toMessage } from '../ending.ts';
import type { InstancePlan, InstanceSink } from '../instance.ts';
import { makeHost } from './host.ts';
import type { WorkerMessage } from './worker.ts';

const STDERR = 2;

function tell(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

const sink: InstanceSink = {
  output: (fd, bytes) => tell({ type: 'output', fd, bytes }),
  trace: (text) => tell({ type: 'trace', text }),
  warn: (message) => tell({ type: 'warn', message }),
};

/** Text of a trace that goes to stderr does not take the way through another thread, where an end loses it. */
const direct: InstanceSink = { ...sink, trace: (text) => void writeSync(STDERR, text) };

function run(plan: InstancePlan): void {
  let host: Host | undefined;
  let ending: Ending;
  try {
    host = makeHost(plan, plan.trace === 'stderr' ? direct : sink, {
      onFirstWait: () => tell({ type: 'serving' }),
    });
    const listenerFds = host.listeners.map(({ guestFd }) => guestFd);
    tell({ type: 'made', id: host.id, backend: host.backend, listenerFds });
    ending = { kind: 'exit', status: host.run(plan.module) };
  } catch (error) {
    ending = endingOf(error);
  }
  const stats = host?.stats();
  host?.close();
  tell({ type: 'ended', ending: toMessage(ending), stats });
}

parentPort?.once('message', run);
