// SPDX-License-Identifier: MIT
// The program of a guest's thread (dist/worker.js): it gets one plan, runs it to its end, and ends.

import { writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { drain, type Host } from '../../../host/index.ts';
import { describeEnding, type Ending, endingOf, toMessage } from '../ending.ts';
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
  signal: () => {},
};

/** Text of a trace that goes to stderr does not take the way through another thread, where an end loses it. */
const direct: InstanceSink = { ...sink, trace: (text) => void writeSync(STDERR, text) };

function run(plan: InstancePlan): void {
  let host: Host | undefined;
  let ending: Ending;
  let serving = false;
  try {
    host = makeHost(plan, plan.trace === 'stderr' ? direct : sink, {
      onFirstWait: () => {
        serving = true;
        tell({ type: 'serving' });
        if (plan.replaces !== undefined) drain(plan.replaces);
      },
    });
    const listenerFds = host.listeners.map(({ guestFd }) => guestFd);
    tell({ type: 'made', id: host.id, backend: host.backend, listenerFds });
    ending = { kind: 'exit', status: host.run(plan.module) };
  } catch (error) {
    ending = endingOf(error);
  }
  const stats = host?.stats();
  host?.close();
  // Whoever started us is blocked, perhaps for long, and says nothing.
  if (plan.replaces !== undefined && !serving) {
    writeSync(STDERR, `pollux: the new module ${describeEnding(ending)}; the old one goes on\n`);
  }
  tell({ type: 'ended', ending: toMessage(ending), stats });
}

parentPort?.once('message', run);
