// SPDX-License-Identifier: MIT
// The program of a guest's thread (dist/worker.js): it gets one plan, runs it to its end, and ends.

import { writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { drain, type Host, type HostStats, isCommand } from '../../../host/index.ts';
import { describeEnding, type Ending, endingOf, toMessage } from '../ending.ts';
import type { InstancePlan, InstanceSink } from '../instance.ts';
import { makeHost } from './host.ts';
import { startInline } from './inline.ts';
import type { WorkerMessage } from './worker.ts';

const STDERR = 2;

function tell(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

const sink: InstanceSink = {
  made: () => {}, // whoever has the thread can stop it
  output: (fd, bytes) => tell({ type: 'output', fd, bytes }),
  trace: (text) => tell({ type: 'trace', text }),
  warn: (message) => tell({ type: 'warn', message }),
  signal: () => {},
};

/** Text of a trace that goes to stderr does not take the way through another thread, where an end loses it. */
const direct: InstanceSink = { ...sink, trace: (text) => void writeSync(STDERR, text) };

let served = false;

/** The guest waits for the first time. */
function serving(plan: InstancePlan): void {
  served = true;
  tell({ type: 'serving' });
  if (plan.replaces !== undefined) drain(plan.replaces);
}

function ended(plan: InstancePlan, ending: Ending, stats: HostStats | undefined): void {
  // Whoever started us is blocked, perhaps for long, and says nothing.
  if (plan.replaces !== undefined && !served) {
    writeSync(STDERR, `pollux: the new module ${describeEnding(ending)}; the old one goes on\n`);
  }
  tell({ type: 'ended', ending: toMessage(ending), stats });
}

/** A command blocks this thread until it ends. */
function runCommand(plan: InstancePlan, into: InstanceSink): void {
  let host: Host | undefined;
  let ending: Ending;
  try {
    host = makeHost(plan, into, { onFirstWait: () => serving(plan) });
    const listenerFds = host.listeners.map(({ guestFd }) => guestFd);
    tell({ type: 'made', id: host.id, backend: host.backend, listenerFds });
    ending = { kind: 'exit', status: host.run(plan.module) };
  } catch (error) {
    ending = endingOf(error);
  }
  const stats = host?.stats();
  host?.close();
  ended(plan, ending, stats);
}

/** A reactor module's turns are called by this thread's own event loop. */
async function runReactor(plan: InstancePlan, into: InstanceSink): Promise<void> {
  try {
    const instance = await startInline(plan, into);
    const { id, backend, listenerFds } = instance;
    tell({ type: 'made', id, backend, listenerFds });
    void instance.ended.then((ending) => ended(plan, ending, instance.stats()));
    serving(plan);
  } catch (error) {
    ended(plan, endingOf(error), undefined);
  }
}

parentPort?.once('message', (plan: InstancePlan) => {
  const into = plan.trace === 'stderr' ? direct : sink;
  if (isCommand(plan.module)) runCommand(plan, into);
  else void runReactor(plan, into);
});
